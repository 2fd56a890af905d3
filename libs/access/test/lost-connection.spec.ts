import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIdentity } from '../src/testing.js';
import { IdentityEvents } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

describe('when connections to the database are lost', () => {
  let service: TestService;
  let replica: TestService;
  let identity: TestIdentity;
  let say: IdentityEvents;

  beforeAll(async () => {
    const quiet = { LOG_LEVEL: 'silent' };
    service = await startTestService(probe, { environment: quiet });
    replica = await startTestService(probe, {
      environment: { ...quiet, DATABASE_URL: service.databaseUrl, ROLE: 'api' },
    });
    identity = await TestIdentity.create(service.database);
    say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
  });
  afterAll(async () => {
    await replica.close();
    await service.close();
  });

  const cut = (which: string) =>
    service.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and ${which}`,
    );
  const status = async (on: TestService, path: string, token: string, headers: Record<string, string> = {}) =>
    (await fetch(`${on.url}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })).status;

  it('a replica that hears nothing any more refuses a revoked session all the same', async () => {
    const sessionId = randomUUID();
    const token = await identity.token({ sessionId });
    expect(await status(replica, '/v1/me', token)).toBe(200);
    await cut(`query like 'listen "berth_access"%'`);
    await service.database.query('insert into access_revoked_session (session_id, revoked_at) values ($1, now())', [
      sessionId,
    ]); // nobody is told
    await eventually(async () => expect(await status(replica, '/v1/me', token)).toBe(401));
  });

  it('a replica that cannot read who may do what refuses nobody as unauthenticated', async () => {
    const token = await identity.token({});
    await service.database.query('alter table access_revoked_session rename to out_of_reach');
    const seen = new Set<number>();
    await eventually(async () => expect(seen.add(await status(replica, '/v1/me', token))).toContain(500));
    await service.database.query('alter table out_of_reach rename to access_revoked_session');
    await eventually(async () => expect(await status(replica, '/v1/me', token)).toBe(200));
    expect(seen).not.toContain(401);
  });

  it('a replica hears again once its connection is back', async () => {
    const listening = async () => {
      const rows = await service.database.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and query like 'listen "berth_access"%'`,
      );
      return rows.map(({ pid }) => pid);
    };
    const before = await listening();
    await cut(`query like 'listen "berth_access"%'`);
    await eventually(async () => {
      const now = await listening();
      expect(now).toHaveLength(2);
      expect(before.filter((pid) => now.includes(pid))).toEqual([]);
    });
    const [organizationId, member] = [randomUUID(), randomUUID()];
    const token = await identity.token({ subjectId: member });
    const answer = status(replica, `/v1/projects/${organizationId}`, token, { 'berth-access': `${organizationId}@2` });
    await say.created(organizationId, member);
    await say.granted(organizationId, member, 'viewer');
    expect(await answer).toBe(200);
  });

  it('no event is lost when every connection is cut in the middle of many', async () => {
    const organizationId = randomUUID();
    const people = Array.from({ length: 30 }, () => randomUUID());
    await say.created(organizationId, randomUUID());
    for (const [i, member] of people.entries()) {
      await eventually(() => say.granted(organizationId, member, 'viewer', { version: i + 2 }));
      if (i % 10 === 5) await cut('true').catch(() => undefined);
    }
    await eventually(
      async () => {
        const rows = await service.database.query('select from access_membership where organization_id = $1', [
          organizationId,
        ]);
        expect(rows).toHaveLength(people.length);
      },
      { within: 240_000 },
    );
    const [row] = await service.database.query<{ version: number; awaiting: boolean }>(
      'select version, awaiting_snapshot as awaiting from access_organization where organization_id = $1',
      [organizationId],
    );
    expect(row).toEqual({ version: people.length + 1, awaiting: false });
  });
});
