import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const environment = `/v1/environments/${idOf(20)}`;
const workload = (app: string, release: number | null) => ({
  ...{ workloadId: idOf(40), appId: idOf(30), app, release, hash: null, configVersion: null, counts: {}, host: 'h' },
});
const snapshot = {
  ...{ id: idOf(60), environmentId: idOf(20), note: 'before the sale', createdBy: idOf(1) },
  ...{ workloads: [workload('web', 3), workload('api', null)], createdAt: '2026-11-21T10:00:00.000Z' },
};
const item = (app: string, outcome: string, message: string | null = null) => ({
  ...{ workloadId: idOf(40), app, release: 3, deploymentId: null, outcome, message },
});
const rollback = (status: string, ...items: object[]) => ({
  ...{ id: idOf(61), environmentId: idOf(20), snapshotId: idOf(60), status, items, createdBy: idOf(1), createdAt: '' },
});

describe('berth envs', () => {
  withPlatform();
  beforeEach(() => {
    platform.on(`GET ${environment}/snapshots`, page(snapshot));
    platform.on(`POST ${environment}/snapshots`, (_, response) => json(response, snapshot, 201));
  });
  const begins = (begun: object) =>
    platform.on(`POST ${environment}/rollbacks`, (_, response) => json(response, begun, 202));
  const berth = (...args: string[]) => terminal.berth(['envs', ...args]);

  it('snapshot says what is remembered, with its note', async () => {
    const { code, stdout } = await berth('snapshot', 'staging', '--note', 'before the sale');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Snapshot ${snapshot.id}: web v3, api (never live)\n` });
    expect(platform.bodies(`POST ${environment}/snapshots`)).toEqual([{ note: 'before the sale' }]);
  });

  it('snapshots lists them', async () => {
    const { stdout } = await berth('snapshots', 'staging');
    expect(stdout).toMatch(new RegExp(`${snapshot.id} .* 2 +before the sale`));
  });

  it('rollbacks lists what became of each', async () => {
    const items = [item('web', 'live'), item('api', 'failed', 'It crashed.')];
    platform.on(`GET ${environment}/rollbacks`, page(rollback('partial', ...items)));
    const { code, stdout } = await berth('rollbacks', 'staging');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ partial +web, api \(failed\)/) });
    expect(JSON.parse((await berth('rollbacks', 'staging', '--json')).stdout)).toMatchObject([{ id: idOf(61), items }]);
  });

  it('delete-snapshot forgets one, after asking', async () => {
    const one = `/v1/snapshots/${snapshot.id}`;
    platform.on(`GET ${one}`, snapshot);
    platform.on(`DELETE ${one}`, (_, response) => void response.writeHead(204).end());
    expect(await berth('delete-snapshot', snapshot.id)).toMatchObject({ code: 2 });
    expect(platform.to(`DELETE ${one}`)).toEqual([]);
    const { code, stdout } = await berth('delete-snapshot', snapshot.id, '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^The snapshot of .* is deleted/) });
    expect(platform.to(`DELETE ${one}`)).toHaveLength(1);
  });

  it('rollback goes to the newest snapshot, or to the one that is named', async () => {
    begins(rollback('running', item('web', 'running'), item('api', 'untouched', 'Nothing of it was live then.')));
    const { code, stdout } = await berth('rollback', 'staging');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/web +v3 +running/) });
    await berth('rollback', 'staging', idOf(59), '--partial');
    expect(platform.bodies(`POST ${environment}/rollbacks`)).toEqual([
      { snapshotId: idOf(60), partial: false },
      { snapshotId: idOf(59), partial: true },
    ]);
  });

  it.each([
    ['succeeded', 0, ''],
    ['partial', 7, 'Not every app went back.'],
    ['failed', 7, 'No app went back.'],
  ])('rollback --wait until it has %s exits with %i', async (status, code, said) => {
    begins(rollback('running', item('web', 'running')));
    platform.on(`GET ${environment}/rollbacks/${idOf(61)}`, rollback(status, item('web', 'failed', 'It crashed.')));
    const ran = await berth('rollback', 'staging', '--wait');
    expect(ran).toMatchObject({ code, stdout: expect.stringContaining('It crashed.') });
    expect(ran.stderr).toContain(said);
  });

  it('rollback says why nothing happened', async () => {
    platform.on(`POST ${environment}/rollbacks`, (_, response) => problem(response, 422, 'snapshot_not_restorable'));
    expect(await berth('rollback', 'staging')).toMatchObject({ code: 6 });
    platform.on(`GET ${environment}/snapshots`, page());
    expect(await berth('rollback', 'staging')).toMatchObject({
      ...{ code: 4, stderr: expect.stringContaining('berth envs snapshot staging') },
    });
  });
});
