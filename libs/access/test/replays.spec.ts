import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIdentity } from '../src/testing.js';
import { IdentityEvents } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

describe('a repeat with the same Idempotency-Key', () => {
  let service: TestService;
  let impatient: TestService;
  let identity: TestIdentity;
  let say: IdentityEvents;

  beforeAll(async () => {
    service = await startTestService(probe, patient);
    impatient = await startTestService(probe, { environment: { DATABASE_URL: service.databaseUrl, ROLE: 'api' } });
    identity = await TestIdentity.create(service.database);
    say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
  });
  afterAll(async () => {
    await impatient.close();
    await service.close();
  });

  /** The same request as often as it is called, by whoever holds the token. */
  const request = (path: string, on = () => service) => {
    const key = randomUUID();
    return async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key };
      const response = await fetch(`${on().url}${path}`, { method: 'POST', headers });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
    };
  };
  const audited = async (organizationId: string) =>
    (await service.database.query('select from audit_entry where key = $1', [organizationId])).length;
  const person = async (role: 'admin' | 'developer') => {
    const subjectId = randomUUID();
    const organizationId = randomUUID();
    await say.created(organizationId, subjectId);
    const { version } = await say.granted(organizationId, subjectId, role);
    return { organizationId, subjectId, version, token: await identity.token({ subjectId }) };
  };

  it('is refused once its caller was removed, and has no effect', async () => {
    const { organizationId, subjectId, token } = await person('admin');
    const create = request(`/v1/projects/${organizationId}`);
    await eventually(async () => expect((await create(token)).status).toBe(204));
    expect((await create(token)).headers.get('idempotent-replay')).toBe('true');
    await say.revoked(organizationId, subjectId);
    await eventually(async () => expect(await create(token)).toMatchObject({ status: 404 }));
    expect(await audited(organizationId)).toBe(1);
  });

  it('is refused once the role of its caller became too low', async () => {
    const { organizationId, subjectId, token } = await person('admin');
    const create = request(`/v1/projects/${organizationId}`);
    await eventually(async () => expect((await create(token)).status).toBe(204));
    await say.changed(organizationId, subjectId, 'viewer');
    await eventually(async () => expect(await create(token)).toMatchObject({ status: 403 }));
    await say.changed(organizationId, subjectId, 'admin');
    await eventually(async () => expect((await create(token)).status).toBe(204));
    expect(await audited(organizationId)).toBe(1);
  });

  it('is refused with a token of fewer scopes, and after its session was revoked', async () => {
    const { organizationId, subjectId, token } = await person('admin');
    const create = request(`/v1/projects/${organizationId}`);
    await eventually(async () => expect((await create(token)).status).toBe(204));
    expect((await create(await identity.token({ subjectId, scopes: ['usage:read'] }))).status).toBe(403);
    const sessionId = randomUUID();
    const other = await identity.token({ subjectId, sessionId });
    expect((await create(other)).status).toBe(204);
    await say.sessionRevoked(sessionId);
    await eventually(async () => expect((await create(other)).status).toBe(401));
  });

  it('is refused to somebody who is no platform administrator any more', async () => {
    const subjectId = randomUUID();
    const operate = request('/v1/platform');
    const first = await operate(await identity.token({ subjectId, administrator: true }));
    expect(first.status).toBe(201);
    expect((await operate(await identity.token({ subjectId, administrator: true }))).body).toEqual(first.body);
    expect((await operate(await identity.token({ subjectId }))).status).toBe(403);
  });

  it('belongs to its caller: the same key of somebody else is another request', async () => {
    const { organizationId, token } = await person('admin');
    const found = request(`/v1/founded/${organizationId}/2`);
    const first = await found(token);
    const other = await found(await identity.token());
    expect(other.headers.get('idempotent-replay')).toBeNull();
    expect(other.body).not.toEqual(first.body);
  });

  it('carries every header that the route had set, the version of the access state among them', async () => {
    const { organizationId, token, version } = await person('admin');
    const found = request(`/v1/founded/${organizationId}/${version}`);
    const [first, second] = [await found(token), await found(token)];
    expect(second.body).toEqual(first.body);
    for (const name of ['location', 'etag', 'berth-access'])
      expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    expect(second.headers.get('berth-access')).toBe(`${organizationId}@${version}`);
    expect(second.headers.get('x-correlation-id')).not.toBe(first.headers.get('x-correlation-id'));
  });

  it('waits until the read copy knows what the first answer had made', async () => {
    const [organizationId, subjectId] = [randomUUID(), randomUUID()];
    const token = await identity.token({ subjectId });
    const found = request(`/v1/founded/${organizationId}/2`);
    const first = await found(token);
    const repeated = found(token);
    await say.created(organizationId, subjectId);
    await say.granted(organizationId, subjectId, 'owner');
    expect((await repeated).body).toEqual(first.body);
  });

  it('is told to wait when that does not come, and refused when its caller was removed since', async () => {
    const [organizationId, subjectId] = [randomUUID(), randomUUID()];
    const token = await identity.token({ subjectId });
    const found = request(`/v1/founded/${organizationId}/2`, () => impatient);
    expect((await found(token)).status).toBe(201);
    expect(await found(token)).toMatchObject({ status: 503, body: { code: 'access_pending' } });
    await say.created(organizationId, subjectId);
    await say.granted(organizationId, subjectId, 'owner');
    await say.revoked(organizationId, subjectId);
    await eventually(async () => expect((await found(token)).status).toBe(404));
  });
});
