import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Access } from '../src/index.js';
import { TestIdentity } from '../src/testing.js';
import { IdentityEvents } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

/** Milliseconds. So long that a test may take its time on either side of it. */
const LIMIT = 3_600_000;

describe('when user-management is not heard any more', () => {
  let service: TestService;
  let waiting: TestService;
  let identity: TestIdentity;
  let organizationId: string;
  let admin: string;
  let say: IdentityEvents;

  beforeAll(async () => {
    const environment = { ACCESS_STALE_SECONDS: String(LIMIT / 1_000) };
    service = await startTestService(probe, { environment });
    waiting = await startTestService(probe, {
      environment: { ...environment, DATABASE_URL: service.databaseUrl, ROLE: 'api' },
      ...patient,
    });
    identity = await TestIdentity.create(service.database);
    organizationId = await identity.organization();
    admin = await identity.member(organizationId, 'admin');
    say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
  });
  afterAll(async () => {
    await waiting.close();
    await service.close();
  });

  const call = async (method: string, path: string, on = service) => {
    const headers = { authorization: `Bearer ${admin}` };
    const response = await fetch(`${on.url}${path}`, { method, headers });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() };
  };
  const write = (on = service) => call('POST', `/v1/projects/${organizationId}`, on);

  it('goes on while nothing was ever heard: there is nobody to protect from', async () => {
    expect((await write()).status).toBe(204);
  });

  it('goes on up to the limit', async () => {
    await say.heartbeat(new Date(Date.now() - LIMIT + 600_000));
    await eventually(async () => {
      const [row] = await service.database.query<{ at: Date | null }>('select heartbeat_at as at from access_state');
      expect(row?.at).not.toBeNull();
    });
    expect((await write()).status).toBe(204);
  });

  it('refuses writes and reads of secrets beyond it; other reads go on', async () => {
    await identity.heartbeat(new Date(Date.now() - LIMIT - 1_000));
    await eventually(async () => expect((await write()).status).toBe(503));
    const refused = await write();
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'access_stale' });
    expect(refused.retryAfter).toBe('5');
    expect((await call('GET', '/v1/secrets')).status).toBe(503);
    expect((await call('GET', `/v1/projects/${organizationId}`)).status).toBe(200);
    expect((await call('GET', '/v1/open')).status).toBe(200);
    expect((await call('GET', `/v1/projects/${randomUUID()}`)).status).toBe(404);
  });

  it('waits a moment for a heartbeat that is on its way, as after a start', async () => {
    await identity.heartbeat(new Date(Date.now() - 2 * LIMIT));
    await eventually(async () => expect((await call('GET', '/v1/secrets')).status).toBe(503));
    const written = write(waiting);
    await say.heartbeat(new Date());
    expect((await written).status).toBe(204);
  });

  it('is told to those who change things without a request', async () => {
    const access = service.app.get(Access, { strict: false });
    await identity.heartbeat(new Date(Date.now() - 2 * LIMIT));
    await eventually(async () => expect(await access.isCurrent()).toBe(false));
    await identity.heartbeat(new Date());
    await eventually(async () => expect(await access.isCurrent()).toBe(true));
  });

  it('recovers with the next heartbeat', async () => {
    await say.heartbeat(new Date());
    await eventually(async () => expect((await write()).status).toBe(204));
    expect((await call('GET', '/v1/secrets')).status).toBe(200);
  });

  it('is not made younger by an old heartbeat that arrives late', async () => {
    await say.heartbeat(new Date(Date.now() - 2 * LIMIT));
    // A heartbeat leaves no inbox row, but what is said after it, on enough keys to reach its partition, does.
    const later = await Promise.all(Array.from({ length: 32 }, () => say.sessionRevoked(randomUUID())));
    const ids = later.map(({ event }) => event.id);
    await eventually(async () => {
      const rows = await service.database.query('select from inbox where event_id = any ($1::uuid[])', [ids]);
      expect(rows).toHaveLength(ids.length);
    });
    const [row] = await service.database.query<{ at: Date }>('select heartbeat_at as at from access_state');
    expect(Date.now() - (row?.at.getTime() ?? 0)).toBeLessThan(LIMIT);
    expect((await write()).status).toBe(204);
  });
});
