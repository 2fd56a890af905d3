import { randomUUID } from 'node:crypto';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { TestIdentity } from '../src/testing.js';
import { IdentityEvents, quota } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

describe('the read copy', () => {
  let service: TestService;
  let replica: TestService;
  let impatient: TestService;
  let identity: TestIdentity;
  let say: IdentityEvents;

  beforeAll(async () => {
    service = await startTestService(probe, patient);
    const environment = { DATABASE_URL: service.databaseUrl, ROLE: 'api' };
    replica = await startTestService(probe, { environment, ...patient });
    impatient = await startTestService(probe, { environment });
    identity = await TestIdentity.create(service.database);
    say = new IdentityEvents(service.app.get<EventBus>(EVENT_BUS));
  });
  afterAll(async () => {
    await impatient.close();
    await replica.close();
    await service.close();
  });

  const read = async (
    organizationId: string,
    subjectId: string,
    options: { version?: number; on?: TestService } = {},
  ) => {
    const headers: Record<string, string> = { authorization: `Bearer ${await identity.token({ subjectId })}` };
    if (options.version !== undefined) headers['berth-access'] = `${organizationId}@${options.version}`;
    return fetch(`${(options.on ?? service).url}/v1/projects/${organizationId}`, { headers });
  };
  const code = async (response: Response) => ((await response.json()) as { code: string }).code;

  it('follows an organization, its quota and its members', async () => {
    const [organizationId, owner, member] = [randomUUID(), randomUUID(), randomUUID()];
    await say.created(organizationId, owner);
    await say.granted(organizationId, owner, 'owner');
    const granted = await say.granted(organizationId, member, 'viewer');
    const answer = await read(organizationId, member, granted);
    expect(await answer.json()).toEqual({ quota });

    const changed = await say.quotaChanged(organizationId, { ...quota, projects: 99 });
    expect(await (await read(organizationId, owner, changed)).json()).toEqual({ quota: { ...quota, projects: 99 } });

    const revoked = await say.revoked(organizationId, member);
    expect((await read(organizationId, member, revoked)).status).toBe(404);
    expect((await read(organizationId, owner, revoked)).status).toBe(200);
  });

  it('answers no request behind the version that its client has seen', async () => {
    const [organizationId, member] = [randomUUID(), randomUUID()];
    const answer = read(organizationId, member, { version: 2 });
    await say.created(organizationId, member);
    await say.granted(organizationId, member, 'viewer');
    expect((await answer).status).toBe(200);
  });

  it('gives up after 2 s, with the time to try again', async () => {
    const { version } = await say.created(randomUUID(), randomUUID());
    const started = performance.now();
    const response = await read(randomUUID(), randomUUID(), { version: version + 1, on: impatient });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await code(response)).toBe('access_pending');
    expect(performance.now() - started).toBeGreaterThan(1_900);
  });

  it('refuses a Berth-Access that is none', async () => {
    const headers = { authorization: `Bearer ${await identity.token()}`, 'berth-access': 'yesterday' };
    const response = await fetch(`${service.url}/v1/me`, { headers });
    expect(response.status).toBe(400);
    expect(await code(response)).toBe('berth_access_malformed');
  });

  it('tells every replica, also one that consumes no events', async () => {
    const [organizationId, member] = [randomUUID(), randomUUID()];
    await say.created(organizationId, member);
    const granted = await say.granted(organizationId, member, 'viewer');
    expect((await read(organizationId, member, { ...granted, on: replica })).status).toBe(200);
    await say.revoked(organizationId, member);
    await eventually(async () => expect((await read(organizationId, member, { on: replica })).status).toBe(404));
  });

  it('makes a revoked session unusable on every replica', async () => {
    const sessionId = randomUUID();
    const headers = { authorization: `Bearer ${await identity.token({ sessionId })}` };
    const status = async () => (await fetch(`${replica.url}/v1/me`, { headers })).status;
    expect(await status()).toBe(200);
    await say.sessionRevoked(sessionId);
    await eventually(async () => expect(await status()).toBe(401));
  });

  it('takes new signing keys, and only those that are stated', async () => {
    const pairs = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
    const [first, second] = await Promise.all(
      pairs.map(async ({ publicKey }, index) => ({
        kid: `k${index}`,
        publicJwk: { ...(await exportJWK(publicKey)) },
        notAfter: null,
      })),
    );
    const [own] = await service.database.query<{ kid: string; publicJwk: Record<string, unknown> }>(
      'select kid, public_jwk as "publicJwk" from access_signing_key',
    );
    const token = (index: number) =>
      new SignJWT({ sub: randomUUID(), sid: randomUUID(), scope: '*', iss: 'berth', aud: 'berth' })
        .setProtectedHeader({ alg: 'RS256', kid: `k${index}`, typ: 'at+jwt' })
        .setExpirationTime('5m')
        .sign(pairs[index]?.privateKey as CryptoKey);
    const status = async (index: number) =>
      (await fetch(`${impatient.url}/v1/me`, { headers: { authorization: `Bearer ${await token(index)}` } })).status;
    if (!first || !second || !own) throw new Error('no keys');

    await say.keys([{ ...own, notAfter: null }, first], { version: 7 });
    await eventually(async () => expect(await status(0)).toBe(200));
    await say.keys([{ ...own, notAfter: null }, second], { version: 8 });
    await eventually(async () => expect(await status(1)).toBe(200));
    expect(await status(0)).toBe(401);
    // One that was overtaken changes nothing.
    await say.keys([{ ...own, notAfter: null }, first], { version: 6 });
    await settled();
    expect([await status(0), await status(1)]).toEqual([401, 200]);
  });

  it('waits for a signing key that has not arrived yet, on every replica', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const token = await new SignJWT({ sub: randomUUID(), sid: randomUUID(), scope: '*', iss: 'berth', aud: 'berth' })
      .setProtectedHeader({ alg: 'RS256', kid: 'late', typ: 'at+jwt' })
      .setExpirationTime('5m')
      .sign(privateKey);
    const ask = async (on: TestService) =>
      (await fetch(`${on.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    const answers = Promise.all([ask(service), ask(replica)]);
    const [own] = await service.database.query<{ kid: string; publicJwk: Record<string, unknown> }>(
      'select kid, public_jwk as "publicJwk" from access_signing_key where kid = $1',
      [identity.kid],
    );
    if (!own) throw new Error('no key');
    const late = { kid: 'late', publicJwk: { ...(await exportJWK(publicKey)) }, notAfter: null };
    await say.keys([{ ...own, notAfter: null }, late], { version: 20 });
    expect(await answers).toEqual([200, 200]);
  });

  it('trusts nothing of an organization after a gap until a snapshot has come', async () => {
    const [organizationId, member, other] = [randomUUID(), randomUUID(), randomUUID()];
    await say.created(organizationId, member);
    const { version } = await say.granted(organizationId, member, 'viewer');
    expect((await read(organizationId, member, { version })).status).toBe(200);

    await say.granted(organizationId, other, 'viewer', { version: version + 2 });
    await eventually(async () => expect(await code(await read(organizationId, member))).toBe('access_pending'));
    const snapshot = await say.snapshot(organizationId, { [other]: 'viewer' }, { version: version + 3 });
    expect((await read(organizationId, other, snapshot)).status).toBe(200);
    expect((await read(organizationId, member)).status).toBe(404);
  });

  it('applies a revocation even across a gap', async () => {
    const [organizationId, member] = [randomUUID(), randomUUID()];
    const rows = () => service.database.query('select from access_membership where subject_id = $1', [member]);
    await say.created(organizationId, member);
    await say.granted(organizationId, member, 'viewer');
    await eventually(async () => expect(await rows()).toHaveLength(1));
    await say.revoked(organizationId, member, { version: 9 });
    await eventually(async () => expect(await rows()).toHaveLength(0));
  });

  it('starts from a snapshot when it has never heard of an organization', async () => {
    const [organizationId, member] = [randomUUID(), randomUUID()];
    const snapshot = await say.snapshot(organizationId, { [member]: 'admin' }, { version: 40 });
    expect((await read(organizationId, member, snapshot)).status).toBe(200);
    await say.revoked(organizationId, member, { version: 41 });
    await eventually(async () => expect((await read(organizationId, member)).status).toBe(404));
  });

  it('reads everything anew after the owner was restored from a backup', async () => {
    const [organizationId, member, stranger] = [randomUUID(), randomUUID(), randomUUID()];
    await say.created(organizationId, member);
    await say.granted(organizationId, member, 'viewer');
    await say.granted(organizationId, stranger, 'viewer');
    await say.snapshot(organizationId, { [member]: 'viewer' }, { version: 2, epoch: 1 });
    await eventually(async () => expect((await read(organizationId, stranger)).status).toBe(404));
    // An event of before the restore, delivered late.
    await say.granted(organizationId, stranger, 'owner', { version: 4, epoch: 0 });
    await settled();
    expect((await read(organizationId, stranger)).status).toBe(404);
    expect((await read(organizationId, member)).status).toBe(200);
  });

  it('has each effect once, however often an event is delivered', async () => {
    const [organizationId, member] = [randomUUID(), randomUUID()];
    await say.created(organizationId, member);
    const { event } = await say.granted(organizationId, member, 'viewer');
    await say.changed(organizationId, member, 'admin');
    const again = { topic: 'berth.user-management', key: organizationId, event };
    await service.app.get<EventBus>(EVENT_BUS).publish([again, { ...again, event: { ...event, id: randomUUID() } }]);
    await settled();
    const rows = await service.database.query('select role from access_membership where subject_id = $1', [member]);
    expect(rows).toEqual([{ role: 'admin' }]);
  });

  /** Everything said before on every key has taken effect: nothing is left between the log and the inbox. */
  async function settled(): Promise<void> {
    const keys = Array.from({ length: 32 }, () => say.sessionRevoked(randomUUID()));
    const ids = (await Promise.all(keys)).map((each) => each.event.id);
    await eventually(async () => {
      const rows = await service.database.query('select from inbox where event_id = any ($1::uuid[])', [ids]);
      expect(rows).toHaveLength(ids.length);
    });
  }
});
