import { eventually } from '@berth/testing';
import { afterEach, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

const running: IdentityService[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.close();
});

async function start(environment: Record<string, string> = {}): Promise<IdentityService> {
  const identity = await IdentityService.start(environment);
  running.push(identity);
  return identity;
}

const beats = async (identity: IdentityService): Promise<number[]> => {
  const rows = await identity.database.query<{ at: string }>(
    `select event->'data'->>'at' as at from berth_bus.message where event->>'type' = 'berth.access.heartbeat.v1' order by 1`,
  );
  return rows.map(({ at }) => Date.parse(at));
};

it('each second one heartbeat is said, however many workers there are, and another goes on when one ends', async () => {
  const first = await start();
  const second = await start({ DATABASE_URL: first.service.databaseUrl });
  await eventually(async () => expect((await beats(first)).length).toBeGreaterThanOrEqual(4));
  running.splice(running.indexOf(second), 1);
  await second.close();
  const before = (await beats(first)).length;
  await eventually(async () => expect((await beats(first)).length).toBeGreaterThanOrEqual(before + 2));
  const times = await beats(first);
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(900);
});

it('what is heard keeps the service itself current', async () => {
  const identity = await start();
  await eventually(async () => {
    const [row] = await identity.database.query<{ age: number }>(
      `select extract(epoch from now() - heartbeat_at)::float8 as age from access_state`,
    );
    expect(row?.age).toBeLessThan(2);
  });
});

it('a process that only answers requests says none', async () => {
  const identity = await start({ ROLE: 'api' });
  const { accessToken } = { accessToken: 'none' };
  expect((await identity.call('GET', '/v1/me', { token: accessToken })).status).toBe(401);
  expect(await identity.database.query('select from heartbeat')).toHaveLength(0);
});
