import { describe, expect, it } from '@jest/globals';
import { idOf, json, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const none = { total: 0, working: 0, degraded: 0, failed: 0, starting: 0, stopped: 0, neverLive: 0, unknown: 0 };
const some = { ...none, total: 7, working: 4, failed: 1, neverLive: 2 };

describe('how many workloads work', () => {
  withPlatform();
  const answer = (path: string, summary: object) =>
    platform.on(`GET ${path}`, (_, response) => json(response, summary));

  it.each<[string, string, string[]]>([
    ['an environment', `/v1/environments/${idOf(20)}/summary`, ['envs', 'status', 'staging']],
    ['an organization', '/v1/environments/summary', ['orgs', 'status']],
  ])('is said of %s by state, without the states that nothing is in', async (_, path, command) => {
    answer(path, some);
    const { code, stdout } = await terminal.berth(command);
    expect(code).toBe(0);
    const rows = stdout.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 2))).toEqual([
      ['working', '4'],
      ['failed', '1'],
      ['never live', '2'],
      ['all', '7'],
    ]);
    expect(JSON.parse((await terminal.berth([...command, '--json'])).stdout)).toEqual(some);
  });

  it('asks for the organization that is selected', async () => {
    answer('/v1/environments/summary', some);
    await terminal.berth(['orgs', 'status']);
    const [asked] = platform.to('GET /v1/environments/summary');
    expect(asked?.query.get('organization')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says so where nothing was deployed', async () => {
    answer('/v1/environments/summary', none);
    expect((await terminal.berth(['orgs', 'status'])).stdout).toBe('Nothing was deployed yet.\n');
  });

  it('fails as any read does where one may not', async () => {
    platform.on(`GET /v1/environments/${idOf(20)}/summary`, (_, response) => problem(response, 403, 'forbidden'));
    const { code, stdout } = await terminal.berth(['envs', 'status', 'staging']);
    expect([code === 0, stdout]).toEqual([false, '']);
  });
});
