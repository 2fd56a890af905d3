import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';
import { otherService } from './fixtures/other-service.js';

describe('what other services know of identity', () => {
  let identity: IdentityService;
  let other: TestService;
  let replica: TestService;
  let impatient: TestService;
  let admin: string;

  beforeAll(async () => {
    const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
    // A machine too busy for heartbeats is not what this is about: a thousand writes follow one another.
    identity = await IdentityService.start({ ...administrator, ACCESS_STALE_SECONDS: '3600' });
    const environment = { BUS_DATABASE_URL: identity.service.databaseUrl };
    other = await startTestService(otherService, { environment, ...patient });
    replica = await startTestService(otherService, {
      environment: { ...environment, DATABASE_URL: other.databaseUrl },
      ...patient,
    });
    impatient = await startTestService(otherService, {
      environment: { ...environment, DATABASE_URL: other.databaseUrl, ROLE: 'api' },
    });
    admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
    await eventually(async () => expect(await read(other, randomUUID(), admin)).toBe(200));
  });
  afterAll(async () => {
    await impatient.close();
    await replica.close();
    await other.close();
    await identity.close();
  });

  const read = async (service: TestService, organizationId: string, token: string, access?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(access === undefined ? {} : { 'berth-access': access }) };
    const response = await fetch(`${service.url}/v1/projects/${organizationId}`, { headers });
    await response.arrayBuffer();
    return response.status;
  };

  const create = async (service: TestService, organizationId: string, token: string, access: string) => {
    const headers = { authorization: `Bearer ${token}`, 'berth-access': access };
    return (await fetch(`${service.url}/v1/projects/${organizationId}`, { method: 'POST', headers })).status;
  };

  it('an organization can be written to elsewhere in the same breath in which it was made, 1,000 times of 1,000', async () => {
    const owner = await identity.person();
    const found = async (times: number, service: TestService) => {
      const statuses: number[] = [];
      for (let i = 0; i < times; i++) {
        const { organization, access } = await identity.organization(owner.accessToken);
        statuses.push(await create(service, organization.id, owner.accessToken, access));
      }
      return statuses;
    };
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => found(125, i % 2 === 0 ? other : replica)));
    const counts = Object.groupBy(all.flat(), (status) => String(status));
    expect(Object.fromEntries(Object.entries(counts).map(([status, each]) => [status, each?.length]))).toEqual({
      201: 1_000,
    });
  });

  it('a session that was ended is unusable on every replica', async () => {
    const owner = await identity.person();
    const { organization, access } = await identity.organization(owner.accessToken);
    for (const each of [other, replica]) expect(await read(each, organization.id, owner.accessToken, access)).toBe(200);
    await identity.call('POST', '/v1/auth/logout', { token: owner.accessToken });
    const unusable = async () => {
      for (const each of [other, replica]) expect(await read(each, organization.id, owner.accessToken)).toBe(401);
    };
    await eventually(unusable);
  });

  it('a membership that was taken away is gone on every replica', async () => {
    const [owner, bob] = [await identity.person(), await identity.person()];
    const { organization } = await identity.organization(owner.accessToken);
    const by = { token: owner.accessToken, headers: { 'berth-access': `${organization.id}@2` } };
    const added = await identity.join(bob, { organizationId: organization.id, role: 'viewer' }, by);
    const access = added.headers.get('berth-access') ?? '';
    for (const each of [other, replica]) expect(await read(each, organization.id, bob.accessToken, access)).toBe(200);
    const path = `/v1/memberships/${added.body.id}`;
    expect((await identity.call('DELETE', path, { token: owner.accessToken })).status).toBe(204);
    const gone = async () => {
      for (const each of [other, replica]) expect(await read(each, organization.id, bob.accessToken)).toBe(404);
    };
    await eventually(gone);
  });

  it('a service that has forgotten everything is fed by snapshots on command', async () => {
    const [owner, bob] = [await identity.person(), await identity.person()];
    const { organization, access } = await identity.organization(owner.accessToken);
    expect(await read(other, organization.id, owner.accessToken, access)).toBe(200);
    const forget = ['organization', 'membership', 'signing_key'].map((name) => `delete from access_${name}`).join('; ');
    await other.database.query(forget);
    await other.database.query(`select pg_notify('berth_access', '')`);
    await eventually(async () => expect(await read(impatient, organization.id, owner.accessToken)).toBe(401));

    const snapshot = (token: string, aggregate: string) =>
      identity.call('POST', '/v1/admin/user-management/snapshots', { token, body: { aggregate } });
    expect((await snapshot(bob.accessToken, 'organization')).status).toBe(403);
    expect((await snapshot(admin, 'signing-key')).status).toBe(204);
    expect((await snapshot(admin, 'organization')).status).toBe(204);
    await eventually(async () => {
      expect(await read(other, organization.id, owner.accessToken)).toBe(200);
      expect(await read(other, organization.id, bob.accessToken)).toBe(404);
      expect(await read(replica, organization.id, owner.accessToken)).toBe(200);
    });
    expect((await snapshot(admin, 'sandcastle')).status).toBe(422);
  });

  it('writes stop elsewhere when nothing is heard from user-management, and reads go on', async () => {
    const strict = await startTestService(otherService, {
      environment: {
        BUS_DATABASE_URL: identity.service.databaseUrl,
        DATABASE_URL: other.databaseUrl,
        ACCESS_STALE_SECONDS: '2.5',
      },
    });
    try {
      const owner = await identity.person();
      const { organization, access } = await identity.organization(owner.accessToken);
      const write = () => create(strict, organization.id, owner.accessToken, access);
      await eventually(async () => expect(await write()).toBe(201));
      const publish = silence(identity.service.app.get<EventBus>(EVENT_BUS));
      await eventually(async () => expect(await write()).toBe(503));
      expect(await read(strict, organization.id, owner.accessToken)).toBe(200);
      publish();
      await eventually(async () => expect(await write()).toBe(201));
    } finally {
      await strict.close();
    }
  });

  /** The bus takes nothing any more, until the answered function is called. */
  function silence(bus: EventBus): () => void {
    const publish = bus.publish.bind(bus);
    bus.publish = () => Promise.reject(new Error('the bus is away'));
    return () => void (bus.publish = publish);
  }
});
