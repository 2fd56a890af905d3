import { beforeEach, describe, expect, it } from '@jest/globals';
import { environment, idOf, json, page, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/workloads/${idOf(40)}`;
const at = (cluster: string, state: string, message: string | null = null) => ({
  ...{ cluster, region: 'eu', state, message, drainUntil: null, createdAt: '2026-11-21T10:00:00.000Z' },
  ...{ isFirst: cluster === 'local', isFailover: false, counts: {}, phase: null, proof: null },
});

describe('berth placements', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/workloads', page(workload()));
  });

  it('adds a cluster with counts of its own, changes them, and leaves it', async () => {
    const there = { ...at('berlin', 'arriving'), counts: { web: 2 } };
    platform.on(`POST ${path}/placements`, (_, response) => json(response, there, 202));
    platform.on(`POST ${path}/placements/berlin/scale`, there);
    platform.on(`DELETE ${path}/placements/berlin`, (_, response) => json(response, at('berlin', 'draining'), 202));
    expect((await terminal.berth(['placements', 'add', 'berlin', 'web=2'])).stdout).toContain(
      'on its way to berlin, too',
    );
    await terminal.berth(['placements', 'add', 'berlin']);
    expect(platform.bodies(`POST ${path}/placements`)).toEqual([
      { cluster: 'berlin', counts: { web: 2 } },
      { cluster: 'berlin', counts: {} },
    ]);
    expect((await terminal.berth(['placements', 'scale', 'berlin', 'web=2'])).stdout).toContain('berlin: web=2');
    expect(await terminal.berth(['placements', 'remove', 'berlin', '--drain', '5'])).toMatchObject({ code: 0 });
  });

  it('shows what was proven on each', async () => {
    const proof = {
      release: 3,
      artifactDigest: 'a',
      configHash: 'c',
      instances: ['web-a', 'web-b'],
      routeAccepted: true,
    };
    platform.on(`GET ${path}/placements`, page({ ...at('berlin', 'active'), phase: 'live', proof }));
    expect((await terminal.berth(['placements', 'list'])).stdout).toMatch(/berlin +eu +active +live +v3 +2/);
  });
});

describe('berth apps move', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/workloads', page(workload()));
    const answer = page(at('local', 'active'), at('berlin', 'arriving'));
    platform.on(`POST ${path}/move`, (_, response) => json(response, answer, 202));
  });

  it('says where the app is going, and how long it is to serve where it was', async () => {
    const { code, stdout } = await terminal.berth(['apps', 'move', 'berlin', '--drain', '5']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('on its way to berlin') });
    await terminal.berth(['apps', 'move', 'berlin']);
    const bodies = [{ cluster: 'berlin', drainSeconds: 5 }, { cluster: 'berlin' }];
    expect(platform.bodies(`POST ${path}/move`)).toEqual(bodies);
  });

  it('waits until it is there', async () => {
    let looks = 0;
    platform.on(`GET ${path}/placements`, (_, response) =>
      json(response, page(at('berlin', looks++ < 2 ? 'arriving' : 'active'))),
    );
    const { code, stdout } = await terminal.berth(['apps', 'move', 'berlin', '--wait']);
    expect({ code, looks, stdout }).toEqual({ code: 0, looks: 3, stdout: expect.stringContaining('stands on berlin') });
  });

  it('fails with the reason when it stayed', async () => {
    platform.on(`GET ${path}/placements`, page(at('berlin', 'failed', 'No such image there.')));
    const { code, stderr } = await terminal.berth(['apps', 'move', 'berlin', '--wait']);
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining('No such image there.') });
  });

  it('shows where an app stands', async () => {
    platform.on(`GET ${path}/placements`, page(at('berlin', 'failed', 'No such image there.'), at('local', 'active')));
    const { stdout } = await terminal.berth(['placements', 'list']);
    expect(stdout).toMatch(/berlin +eu +failed +- +- +- +- +No such image there\.\nlocal +eu +active \(first\)/);
  });

  it('takes a whole environment', async () => {
    platform.on('GET /v1/environments', page(environment('staging', 31)));
    platform.on(`POST /v1/environments/${idOf(31)}/move`, (_, response) =>
      json(response, environment('staging', 31), 202),
    );
    const { code } = await terminal.berth(['envs', 'move', 'staging', 'berlin']);
    expect({ code, sent: platform.bodies(`POST /v1/environments/${idOf(31)}/move`) }).toEqual({
      ...{ code: 0, sent: [{ cluster: 'berlin' }] },
    });
  });
});
