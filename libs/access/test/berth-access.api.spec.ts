import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Access, type Caller } from '../src/index.js';
import { TestIdentity } from '../src/testing.js';
import { IdentityEvents } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

let service: TestService;
let waiting: TestService;
let identity: TestIdentity;
let say: IdentityEvents;
beforeAll(async () => {
  service = await startTestService(probe);
  const environment = { DATABASE_URL: service.databaseUrl, ROLE: 'api' };
  waiting = await startTestService(probe, { environment, ...patient });
  identity = await TestIdentity.create(service.database);
  say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
});
afterAll(async () => {
  await waiting.close();
  await service.close();
});

const read = async (organizationId: string, token: string, access?: string, on = service) => {
  const headers = { authorization: `Bearer ${token}`, ...(access === undefined ? {} : { 'berth-access': access }) };
  const response = await fetch(`${on.url}/v1/projects/${organizationId}`, { headers });
  return { status: response.status, code: ((await response.json()) as { code?: string }).code };
};

describe('Berth-Access', () => {
  it.each(['yesterday', '@1', `${randomUUID()}@`, `${randomUUID()}@0`, `${randomUUID()}@-1`, `${randomUUID()}@1e3`])(
    'is refused when it is malformed: %s',
    async (header) => {
      const organizationId = await identity.organization();
      const token = await identity.member(organizationId, 'viewer');
      expect(await read(organizationId, token, header)).toEqual({ status: 400, code: 'berth_access_malformed' });
      expect((await read(organizationId, token, `${header}, ${header}`)).status).toBe(400);
    },
  );

  it('gives nobody a right: a stranger with the version of somebody else stays a stranger', async () => {
    const organizationId = await identity.organization();
    const seen = `${organizationId}@1`;
    expect((await read(organizationId, await identity.member(organizationId, 'viewer'), seen)).status).toBe(200);
    expect(await read(organizationId, await identity.token(), seen)).toEqual({ status: 404, code: 'not_found' });
    expect((await read(organizationId, '', seen)).status).toBe(401);
    expect((await read(organizationId, await identity.token({ expiresIn: -1 }), seen)).status).toBe(401);
  });

  it('is not needed: without it the answer is as of what is known', async () => {
    const organizationId = await identity.organization();
    expect((await read(organizationId, await identity.member(organizationId, 'viewer'))).status).toBe(200);
  });

  it('of a version that was never made, or of an organization that is none, ends in access_pending', async () => {
    const organizationId = await identity.organization();
    const token = await identity.member(organizationId, 'viewer');
    const pending = { status: 503, code: 'access_pending' };
    const invented = [`${organizationId}@999999999`, `${randomUUID()}@1`];
    expect(await Promise.all(invented.map((header) => read(organizationId, token, header)))).toEqual([
      pending,
      pending,
    ]);
  });

  it('of another organization holds this one up only until that one is known', async () => {
    const [mine, other, owner] = [await identity.organization(), randomUUID(), randomUUID()];
    const token = await identity.member(mine, 'viewer');
    const answer = read(mine, token, `${other}@1`, waiting);
    await say.created(other, owner);
    expect((await answer).status).toBe(200);
  });
});

describe('the token of a stream that goes on for long', () => {
  const caller = (sessionId: string, endsIn: number): Caller => ({
    subjectId: randomUUID(),
    sessionId,
    kind: 'user',
    administrator: false,
    secondFactor: false,
    scopes: ['*'],
    tokenExpiresAt: new Date(Date.now() + endsIn),
  });
  const isValid = (of: Caller) => service.app.get(Access).isStillValid(of);

  it('is good until it ends', async () => {
    expect(await isValid(caller(randomUUID(), 60_000))).toBe(true);
    expect(await isValid(caller(randomUUID(), 0))).toBe(false);
  });

  it('is good until its session is revoked', async () => {
    const sessionId = randomUUID();
    expect(await isValid(caller(sessionId, 60_000))).toBe(true);
    await say.sessionRevoked(sessionId);
    await eventually(async () => expect(await isValid(caller(sessionId, 60_000))).toBe(false));
    expect(await isValid(caller(randomUUID(), 60_000))).toBe(true);
  });
});
