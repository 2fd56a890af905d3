import { beforeEach, describe, expect, it } from '@jest/globals';
import { environment, idOf, page } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/environments/${idOf(20)}`;
const hours = { days: ['mon', 'tue'], from: '08:00', until: '19:00' };
const sleep = {
  ...{ environmentId: idOf(20), timeZone: 'Europe/Berlin', awake: [hours], isAsleep: true },
  awakeUntil: null,
};

describe('sleep', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/environments', page(environment('staging')));
  });
  const berth = (...words: string[]) => terminal.berth(['sleep', ...words], { variables: { BERTH_TOKEN: 'a-token' } });

  it('show says when it is awake, and what it is now', async () => {
    platform.on(`GET ${path}/sleep`, sleep);
    const { stdout } = await berth('show', 'staging');
    for (const part of ['asleep', 'mon,tue 08:00-19:00', 'Europe/Berlin']) expect(stdout).toContain(part);
  });

  it('set takes several hours, or none', async () => {
    platform.on(`PUT ${path}/sleep`, sleep);
    await berth('set', 'staging', '--time-zone', 'Europe/Berlin', '--awake', 'mon-tue 08:00-19:00', 'sun 10:00-12:00');
    await berth('set', 'staging');
    expect(platform.bodies(`PUT ${path}/sleep`)).toEqual([
      { timeZone: 'Europe/Berlin', awake: [hours, { days: ['sun'], from: '10:00', until: '12:00' }] },
      { timeZone: 'UTC', awake: [] },
    ]);
  });

  it('set refuses what are no hours', async () =>
    expect(await berth('set', 'staging', '--awake', 'always')).toMatchObject({ code: 2 }));

  it('wake is for an hour unless it is said', async () => {
    platform.on(`POST ${path}/wake`, { ...sleep, isAsleep: false, awakeUntil: '2026-11-21T14:00:00.000Z' });
    expect((await berth('wake', 'staging')).stdout).toContain('2026-11-21 14:00:00');
    await berth('wake', 'staging', '--for', '2h');
    expect(platform.bodies(`POST ${path}/wake`)).toEqual([{ seconds: 3_600 }, { seconds: 7_200 }]);
  });

  it('off takes its hours away', async () => {
    platform.on(`DELETE ${path}/sleep`, (_, response) => response.writeHead(204).end());
    expect(await berth('off', 'staging')).toMatchObject({ code: 0, stdout: 'staging does not sleep any more.\n' });
  });
});
