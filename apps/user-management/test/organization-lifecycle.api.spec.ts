import { randomUUID } from 'node:crypto';
import type { MemberView, Organization, OrganizationDeletion, Tokens } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { SoftwareAuthenticator } from './fixtures/software-authenticator.js';

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({
    PASSKEY_ORIGINS: 'http://localhost:4000',
    ORGANIZATION_GRACE_DAYS: '0.00003',
  });
});
afterAll(() => identity.close());

interface Tenant {
  readonly owner: Person;
  readonly id: string;
  readonly slug: string;
  readonly path: string;
}

/** Everything is asked with the last version that was answered, as a client does. */
let seen: Record<string, string> = {};
async function call<Body = Record<string, unknown>>(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers = {},
) {
  const answer = await identity.call<Body>(method, path, { token, body, headers: { ...seen, ...headers } });
  const access = answer.headers.get('berth-access');
  if (access) seen = { 'berth-access': access };
  return answer;
}

async function tenant(): Promise<Tenant> {
  seen = {};
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  seen = { 'berth-access': access };
  return { owner, id: organization.id, slug: organization.slug, path: `/v1/organizations/${organization.id}` };
}

async function member({ id, owner }: Tenant, role: string): Promise<Person & MemberView> {
  const person = await identity.person();
  const by = { token: owner.accessToken, headers: seen };
  const added = await identity.join(person, { organizationId: id, role }, by);
  const access = added.headers.get('berth-access');
  if (access) seen = { 'berth-access': access };
  expect(added.status).toBe(201);
  return { ...person, ...added.body };
}

const anyVersion = { 'if-match': '*' };

describe('an organization', () => {
  it('gets another display name, and keeps its slug', async () => {
    const { owner, path, slug } = await tenant();
    const { headers } = await call('GET', path, owner.accessToken);
    const etag = headers.get('etag') ?? '';
    const named = await call('PATCH', path, owner.accessToken, { displayName: 'Acme' }, { 'if-match': etag });
    expect(named).toMatchObject({ status: 200, body: { displayName: 'Acme', slug, status: 'active' } });
    expect((await call('PATCH', path, owner.accessToken, { displayName: 'B' }, { 'if-match': etag })).status).toBe(412);
    const gone = await call('PATCH', path, owner.accessToken, { displayName: null }, anyVersion);
    expect(gone.body).toMatchObject({ displayName: null });
    expect((await call('PATCH', path, owner.accessToken, { slug: 'other' }, anyVersion)).status).toBe(422);
  });

  it('is handed over to a member, who becomes its owner; the former one is an administrator', async () => {
    const mine = await tenant();
    const next = await member(mine, 'developer');
    const handOver = (userId: string, { accessToken }: Person) =>
      call('POST', `${mine.path}/transfer`, accessToken, { userId });
    expect(await handOver(randomUUID(), mine.owner)).toMatchObject({ status: 422, body: { code: 'not_a_member' } });
    expect((await handOver(next.userId, next)).status).toBe(403);
    expect((await handOver(next.userId, mine.owner)).status).toBe(204);
    const list = await call<{ items: MemberView[] }>(
      'GET',
      `/v1/memberships?organization=${mine.id}`,
      next.accessToken,
    );
    expect(new Map(list.body.items.map(({ email, role }) => [email, role]))).toEqual(
      new Map([
        [mine.owner.email, 'admin'],
        [next.email, 'owner'],
      ]),
    );
    expect((await handOver(next.userId, mine.owner)).status).toBe(403);
  });

  it('asks for a second factor, of every session, once its owner has one', async () => {
    const mine = await tenant();
    const strict = { secondFactorRequired: true };
    expect(await call('PATCH', mine.path, mine.owner.accessToken, strict, anyVersion)).toMatchObject({
      status: 409,
      body: { code: 'own_second_factor_missing' },
    });
    const device = new SoftwareAuthenticator();
    const { body: made } = await call<{ challenge: string }>(
      'POST',
      '/v1/auth/passkeys/options',
      mine.owner.accessToken,
    );
    const passkey = { name: 'Phone', credential: device.create(made) };
    expect((await call('POST', '/v1/auth/passkeys', mine.owner.accessToken, passkey)).status).toBe(201);
    const refreshed = await identity.call<Tokens>('POST', '/v1/auth/refresh', {
      body: { refreshToken: mine.owner.refreshToken },
    });
    const token = refreshed.body.accessToken;
    expect((await call('PATCH', mine.path, token, strict, anyVersion)).status).toBe(200);
    expect((await call('GET', mine.path, token)).status).toBe(200);
    expect(await call('GET', mine.path, mine.owner.accessToken)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_needed' },
    });
    const { body: shown } = await identity.call<{ challenge: string }>('POST', '/v1/auth/passkeys/challenge');
    const body = { email: mine.owner.email, password: goodPassword, passkey: device.show(shown) };
    const again = await identity.call<Tokens>('POST', '/v1/auth/login', { body });
    expect((await call('GET', mine.path, again.body.accessToken)).status).toBe(200);
  });
});

describe('an organization that its owner deletes', () => {
  it('rests at once, is taken back in time, and works again', async () => {
    const patient = await IdentityService.start();
    try {
      const owner = await patient.person();
      const { organization, access } = await patient.organization(owner.accessToken);
      const path = `/v1/organizations/${organization.id}`;
      const ask = (method: string, url: string, body?: unknown) =>
        patient.call(method, url, {
          token: owner.accessToken,
          body,
          headers: { 'berth-access': access, ...anyVersion },
        });
      expect((await ask('POST', `${path}/deletion`, { slug: organization.slug })).status).toBe(202);
      expect(await ask('POST', `${path}/deletion`, { slug: organization.slug })).toMatchObject({ status: 409 });
      await eventually(async () =>
        expect(await ask('PATCH', path, { displayName: 'x' })).toMatchObject({
          status: 403,
          body: { code: 'organization_suspended' },
        }),
      );
      expect((await ask('GET', path)).body).toMatchObject({ status: 'deleting' });
      await eventually(async () => expect((await patient.mailTo(owner.email)).join()).toContain('will be deleted'));
      expect((await ask('DELETE', `${path}/deletion`)).status).toBe(204);
      await eventually(async () => expect((await ask('PATCH', path, { displayName: 'x' })).status).toBe(200));
      expect((await ask('GET', path)).body).toMatchObject({ status: 'active', deleteAt: null });
    } finally {
      await patient.close();
    }
  });

  it('is gone after the grace period, for everybody and everywhere', async () => {
    const mine = await tenant();
    const admin = await member(mine, 'admin');
    expect((await call('POST', `${mine.path}/deletion`, admin.accessToken, { slug: mine.slug })).status).toBe(403);
    const wrong = await call('POST', `${mine.path}/deletion`, mine.owner.accessToken, { slug: 'another' });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/slug' }] } });
    const closed = await call<OrganizationDeletion>('POST', `${mine.path}/deletion`, mine.owner.accessToken, {
      slug: mine.slug,
    });
    expect(closed.status).toBe(202);
    seen = {};
    await eventually(async () => expect((await call('GET', mine.path, mine.owner.accessToken)).status).toBe(404), {
      within: 240_000,
    });
    await eventually(async () => {
      const left = await identity.database.query('select from access_membership where organization_id = $1', [mine.id]);
      expect(left).toEqual([]);
    });
    const list = await call<{ items: Organization[] }>('GET', '/v1/organizations', mine.owner.accessToken);
    expect(list.body.items).toEqual([]);
    await eventually(async () =>
      expect((await identity.mailTo(mine.owner.email)).join()).toContain(`The organization ${mine.slug} was deleted`),
    );
  });
});
