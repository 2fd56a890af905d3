import { randomUUID } from 'node:crypto';
import type { IdentifiedPerson, IdentityProviderView, SignInFlow, Tokens, User } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { KeycloakRealm } from './fixtures/keycloak.js';
import { redirectUri } from './fixtures/openid-provider.js';

let identity: IdentityService;
let realm: KeycloakRealm;
beforeAll(async () => {
  realm = await KeycloakRealm.make();
  identity = await IdentityService.start({ PRIVATE_IDENTITY_PROVIDERS: 'true', LOG_LEVEL: 'silent' });
});
afterAll(() => identity.close());

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });

/** An organization that trusts the realm. */
async function tenant(settings: Readonly<Record<string, unknown>> = {}) {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const body = { organizationId: organization.id, displayName: 'Keycloak', ...realm.provider, ...settings };
  const made = await identity.call<IdentityProviderView>('POST', '/v1/identity-providers', {
    ...{ token: owner.accessToken, body, headers: { 'berth-access': access } },
  });
  expect(made.status).toBe(201);
  return { organizationId: organization.id, providerId: made.body.id };
}

const begin = async (providerId: string) =>
  (await post<SignInFlow>('/v1/auth/oidc/flows', { providerId, redirectUri })).body;
const answer = (flowToken: string, query: string) =>
  post<IdentifiedPerson>('/v1/auth/oidc/flows/answer', { flowToken, query });

/** As far as Keycloak proves it. */
async function identified(providerId: string, username: string): Promise<string> {
  const { flowToken, authorizationUrl } = await begin(providerId);
  expect(await answer(flowToken, await realm.browse(authorizationUrl, username))).toMatchObject({ status: 200 });
  return flowToken;
}

const loginWith = (flowToken: string) => post<Tokens>('/v1/auth/oidc/flows/login', { flowToken });
const me = async (tokens: Tokens) => (await identity.call<User>('GET', '/v1/me', { token: tokens.accessToken })).body;

const newAccount = async () => {
  const username = `n${randomUUID()}`;
  const email = `${username}@example.com`;
  return { username, email, id: await realm.account(username, email) };
};

/** Registers whoever comes from Keycloak for the first time, and lets them in. */
async function admitted(providerId: string, { username, email }: { username: string; email: string }): Promise<Tokens> {
  const flowToken = await identified(providerId, username);
  expect((await post('/v1/auth/oidc/flows/prove-address', { flowToken })).status).toBe(202);
  const token = await identity.codeFor(email);
  expect((await post('/v1/auth/oidc/flows/register', { flowToken, token })).status).toBe(204);
  const tokens = await loginWith(flowToken);
  expect(tokens.status).toBe(200);
  return tokens.body;
}

const roleOf = async (organizationId: string, email: string) =>
  (
    await identity.database.query<{ role: string }>(
      'select role from membership join app_user on app_user.id = user_id where organization_id = $1 and email = $2',
      [organizationId, email],
    )
  ).map(({ role }) => role);

describe('somebody who comes by way of Keycloak', () => {
  it('becomes a user once the address is proven, gets in, and gets in again', async () => {
    const { providerId } = await tenant();
    const account = await newAccount();
    const tokens = await admitted(providerId, account);
    expect(await me(tokens)).toMatchObject({ email: account.email, displayName: 'New Comer' });
    const again = await loginWith(await identified(providerId, account.username));
    expect((await me(again.body)).email).toBe(account.email);
  });

  it('is nobody here before that, whatever address Keycloak tells and calls proven', async () => {
    const { providerId } = await tenant();
    const [victim, username] = [await identity.person(), `n${randomUUID()}`];
    await realm.account(username, victim.email);
    const refused = await loginWith(await identified(providerId, username));
    expect(refused).toMatchObject({ status: 409, body: { code: 'identity_not_linked' } });
  });

  it('links the account with their password, and is themselves from then on', async () => {
    const { providerId } = await tenant();
    const [person, account] = [await identity.person(), await newAccount()];
    const flowToken = await identified(providerId, account.username);
    const link = (password: string) => post('/v1/auth/identities', { flowToken, password }, person.accessToken);
    expect((await link('not the password')).status).toBe(422);
    expect((await link(goodPassword)).status).toBe(201);
    const inside = await loginWith(await identified(providerId, account.username));
    expect((await me(inside.body)).email).toBe(person.email);
  });

  it('gets in after Keycloak changed its keys', async () => {
    const { providerId } = await tenant();
    const account = await newAccount();
    await admitted(providerId, account);
    await realm.rotateKeys();
    expect((await loginWith(await identified(providerId, account.username))).status).toBe(200);
  });

  it('gets in by nothing that Keycloak gave for another sign-in, nor twice by the same', async () => {
    const { providerId } = await tenant();
    const account = await newAccount();
    const [mine, other] = [await begin(providerId), await begin(providerId)];
    const query = await realm.browse(mine.authorizationUrl, account.username);
    expect((await answer(other.flowToken, query)).status).toBe(422);
    expect((await answer(mine.flowToken, query)).status).toBe(200);
    expect((await answer(mine.flowToken, query)).status).not.toBe(200);
  });

  it('gets nowhere when Berth does not know its own secret there', async () => {
    const { providerId } = await tenant({ clientSecret: 'another one' });
    const account = await newAccount();
    const { flowToken, authorizationUrl } = await begin(providerId);
    const refused = await answer(flowToken, await realm.browse(authorizationUrl, account.username));
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await loginWith(flowToken)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('roles that follow what Keycloak says', () => {
  it('are those of groups and of realm roles, given at the first sign-in and changed at later ones', async () => {
    const { providerId, organizationId } = await tenant({
      roles: [
        { claim: 'realm_access.roles', value: 'berth-admin', role: 'admin' },
        { claim: 'groups', value: 'staff', role: 'developer' },
      ],
    });
    const [account, staff] = [await newAccount(), await realm.makeGroup('staff')];
    await realm.join(account.id, staff);
    await admitted(providerId, account);
    expect(await roleOf(organizationId, account.email)).toEqual(['developer']);
    await realm.giveRole(account.id, 'berth-admin');
    await loginWith(await identified(providerId, account.username));
    expect(await roleOf(organizationId, account.email)).toEqual(['admin']);
  });

  it('end with them', async () => {
    const { providerId, organizationId } = await tenant({
      roles: [{ claim: 'groups', value: 'guests', role: 'viewer' }],
    });
    const [account, guests] = [await newAccount(), await realm.makeGroup('guests')];
    await realm.join(account.id, guests);
    await admitted(providerId, account);
    expect(await roleOf(organizationId, account.email)).toEqual(['viewer']);
    await realm.leave(account.id, guests);
    await loginWith(await identified(providerId, account.username));
    expect(await roleOf(organizationId, account.email)).toEqual([]);
  });
});
