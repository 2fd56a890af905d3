import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const cluster = { id: idOf(90), name: 'berlin', isOwn: false, conditions: [] };
const checks = `/v1/clusters/${cluster.id}/isolation-checks`;
const wall = (name: string, outcome: string) => ({
  ...{ name, outcome, message: `It is ${outcome}.`, nextStep: outcome === 'passed' ? null : 'Mend it.' },
});
const running = {
  ...{ id: idOf(91), clusterId: cluster.id, image: null, verdict: null as string | null, walls: [] as object[] },
  ...{ heldBy: null as string | null, requestedBy: idOf(1), createdAt: '2026-11-21T10:00:00.000Z' },
  endedAt: null as string | null,
};
const endedAt = '2026-11-21T10:00:20.000Z';
const passed = { ...running, verdict: 'isolated', walls: [wall('quota', 'passed')], endedAt };
const unproven = { ...running, verdict: 'not-proven', walls: [wall('network', 'not-proven')], endedAt };
const broken = { ...running, verdict: 'not-isolated', walls: [wall('secret', 'failed')], endedAt };

describe('berth doctor isolation', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/clusters', page(cluster));
    platform.on(`POST ${checks}`, (_, response) => json(response, running, 202));
  });
  const endsAs = (check: object) => platform.on(`GET ${checks}/${running.id}`, check);
  const doctor = (...args: string[]) => terminal.berth(['doctor', 'isolation', 'berlin', ...args]);

  it('asks for a check with the given image, waits for its end and shows every wall', async () => {
    endsAs(passed);
    const { code, stdout } = await doctor('--image', 'registry.example/node:24');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/quota +passed +It is passed\./) });
    expect(platform.bodies(`POST ${checks}`)).toEqual([{ image: 'registry.example/node:24' }]);
    expect(platform.to(`GET ${checks}/${running.id}`)).toHaveLength(1);
  });

  it.each([
    [unproven, 'network +not-proven +It is not-proven. +Mend it.', 'not proven'],
    [broken, 'secret +failed +It is failed. +Mend it.', 'not isolated'],
  ])('exits with 6 unless every wall holds', async (check, row, said) => {
    endsAs(check);
    const { code, stdout, stderr } = await doctor();
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 6, stdout: expect.stringMatching(new RegExp(row)), stderr: expect.stringContaining(said) },
    });
    expect(platform.bodies(`POST ${checks}`)).toEqual([{ image: null }]);
  });

  it('waits no longer for what somebody else holds up, and says so', async () => {
    endsAs({ ...passed, endedAt: null, heldBy: 'finalizer example.com/hold' });
    expect(await doctor()).toMatchObject({ code: 0, stderr: expect.stringContaining('example.com/hold') });
  });

  it('shows what the newest one found without another one', async () => {
    platform.on(`GET ${checks}`, page(broken));
    const { code, stdout } = await doctor('--last', '--json');
    expect({ code, check: JSON.parse(stdout) as object }).toEqual({ code: 6, check: broken });
    expect(platform.to(`POST ${checks}`)).toEqual([]);
  });

  it('says that there was none yet', async () => {
    platform.on(`GET ${checks}`, page());
    expect(await doctor('--last')).toMatchObject({ code: 4, stderr: expect.stringContaining('never checked') });
  });

  it('does not wait where another one is running', async () => {
    platform.on(`POST ${checks}`, (_, response) => problem(response, 409, 'isolation_check_running'));
    expect(await doctor()).toMatchObject({ code: 5 });
  });
});
