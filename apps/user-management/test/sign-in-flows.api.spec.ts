import { randomUUID } from 'node:crypto';
import type {
  IdentifiedPerson,
  IdentityProviderView,
  LinkedIdentity,
  SignInFlow,
  Tokens,
  TotpSecret,
  User,
} from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { OpenIdProvider, redirectUri } from './fixtures/openid-provider.js';

let identity: IdentityService;
let openId: OpenIdProvider;
beforeAll(async () => {
  openId = await OpenIdProvider.start();
  identity = await IdentityService.start({
    PRIVATE_IDENTITY_PROVIDERS: 'true',
    LOG_LEVEL: 'silent',
    BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
  });
});
afterAll(async () => {
  await identity.close();
  await openId.close();
});

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });

interface Tenant {
  readonly owner: Person;
  readonly organizationId: string;
  readonly slug: string;
  readonly provider: IdentityProviderView;
}

/** An organization whose owner trusts our OpenID provider. */
async function tenant(settings: Readonly<Record<string, unknown>> = {}): Promise<Tenant> {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const body = {
    organizationId: organization.id,
    displayName: 'Company login',
    endpoints: { kind: 'oidc', issuer: openId.issuer },
    clientId: 'berth',
    clientSecret: 'berth-secret',
    ...settings,
  };
  const { status, body: provider } = await identity.call<IdentityProviderView>('POST', '/v1/identity-providers', {
    token: owner.accessToken,
    body,
    headers: { 'berth-access': access },
  });
  expect(status).toBe(201);
  return { owner, organizationId: organization.id, slug: organization.slug, provider };
}

const begin = async (providerId: string) => {
  const flow = await post<SignInFlow>('/v1/auth/oidc/flows', { providerId, redirectUri });
  expect(flow.status).toBe(201);
  return flow.body;
};

/** As far as it goes without Berth knowing the person: the provider has proven who it is. */
async function identified(providerId: string, login: string): Promise<string> {
  const { flowToken, authorizationUrl } = await begin(providerId);
  const query = await openId.browse(authorizationUrl, login);
  const answer = await post<IdentifiedPerson>('/v1/auth/oidc/flows/answer', { flowToken, query });
  expect(answer).toMatchObject({ status: 200 });
  return flowToken;
}

const loginWith = (flowToken: string, code?: string) =>
  post<Tokens>('/v1/auth/oidc/flows/login', { flowToken, ...(code === undefined ? {} : { code }) });

/** Somebody new, by way of the provider: address proven, logged in. */
async function newcomer(providerId: string, claims: Readonly<Record<string, unknown>> = {}) {
  const login = `n${randomUUID().replaceAll('-', '')}`;
  const email = `${login}@example.com`;
  await openId.account(login, { email, name: 'New Comer', ...claims });
  const flowToken = await identified(providerId, login);
  expect((await post('/v1/auth/oidc/flows/prove-address', { flowToken })).status).toBe(202);
  const token = await identity.codeFor(email);
  expect((await post('/v1/auth/oidc/flows/register', { flowToken, token })).status).toBe(204);
  const tokens = await loginWith(flowToken);
  expect(tokens.status).toBe(200);
  return { login, email, tokens };
}

const roleOf = async (organizationId: string, email: string) => {
  const rows = await identity.database.query<{ role: string }>(
    `select role from membership join app_user on app_user.id = user_id where organization_id = $1 and email = $2`,
    [organizationId, email],
  );
  return rows.map(({ role }) => role);
};

describe('somebody who comes by way of an OpenID provider', () => {
  it('becomes a user once the address is proven by mail, gets in, and gets in again', async () => {
    const { provider } = await tenant();
    const { login, email, tokens } = await newcomer(provider.id);
    const me = await identity.call<User>('GET', '/v1/me', { token: tokens.body.accessToken });
    expect(me.body).toMatchObject({ email, displayName: 'New Comer', administrator: false });
    expect((await loginWith(await identified(provider.id, login))).status).toBe(200);
  });

  it('is nobody before that, whatever address the provider tells', async () => {
    const { provider } = await tenant();
    const victim = await identity.person();
    await openId.account('impostor', { email: victim.email, email_verified: true });
    const flowToken = await identified(provider.id, 'impostor');
    expect(await loginWith(flowToken)).toMatchObject({ status: 409, body: { code: 'identity_not_linked' } });
    const asked = await post('/v1/auth/oidc/flows/prove-address', { flowToken });
    expect(asked).toMatchObject({ status: 202, body: { status: 'proof_sent' } });
    expect(await post('/v1/auth/oidc/flows/register', { flowToken, token: 'guessed' })).toMatchObject({
      status: 422,
      body: { code: 'proof_invalid', errors: [{ pointer: '/token' }] },
    });
  });

  it('links the account to their own with their password, and can take it back', async () => {
    const { provider, organizationId } = await tenant();
    const person = await identity.person();
    await openId.account('linker', { email: 'elsewhere@example.com' });
    const link = async (password: string, flowToken: string) =>
      post<LinkedIdentity>('/v1/auth/identities', { flowToken, password }, person.accessToken);
    const flowToken = await identified(provider.id, 'linker');
    expect((await link('not the password', flowToken)).status).toBe(422);
    const linked = await link(goodPassword, flowToken);
    expect(linked).toMatchObject({ status: 201, body: { providerId: provider.id, organizationId } });
    expect((await link(goodPassword, flowToken)).status).toBe(422);
    const inside = await loginWith(await identified(provider.id, 'linker'));
    const me = await identity.call<User>('GET', '/v1/me', { token: inside.body.accessToken });
    expect(me.body.email).toBe(person.email);
    const list = await identity.call('GET', '/v1/auth/identities', { token: person.accessToken });
    expect(list.body).toMatchObject({ items: [{ id: linked.body.id, provider: 'Company login' }] });
    const path = `/v1/auth/identities/${linked.body.id}`;
    expect((await identity.call('DELETE', path, { token: person.accessToken })).status).toBe(204);
    expect((await loginWith(await identified(provider.id, 'linker'))).status).toBe(409);
  });

  it('is told by mail that there is another way in, and links an account that is free only', async () => {
    const { provider } = await tenant();
    const { login, email } = await newcomer(provider.id);
    await identity.codeFor(email);
    const other = await identity.person();
    const flowToken = await identified(provider.id, login);
    const taken = await post('/v1/auth/identities', { flowToken, password: goodPassword }, other.accessToken);
    expect(taken).toMatchObject({ status: 409, body: { code: 'identity_linked_already' } });
  });

  it('with a second factor at Berth is asked for it, and may try again with the same sign-in', async () => {
    const { provider } = await tenant();
    const { login, email, tokens } = await newcomer(provider.id);
    await post('/v1/auth/recovery', { email });
    const token = await identity.codeFor(email, 2);
    await post('/v1/auth/recovery/complete', { token, password: goodPassword });
    const { accessToken } = (await identity.login(email, goodPassword)).body;
    expect(tokens.body.accessToken).not.toBe(accessToken);
    const { body } = await post<TotpSecret>('/v1/auth/totp', { password: goodPassword }, accessToken);
    const code = (ahead = 0) => (URI.parse(body.uri) as TOTP).generate({ timestamp: Date.now() + ahead });
    expect((await post('/v1/auth/totp/confirm', { code: code() }, accessToken)).status).toBe(200);
    const flowToken = await identified(provider.id, login);
    expect(await loginWith(flowToken)).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    expect(await loginWith(flowToken, '000000')).toMatchObject({ body: { code: 'second_factor_invalid' } });
    expect((await loginWith(flowToken, code(30_000))).status).toBe(200);
  });

  it('is no administrator of the platform, who an organization has no say in', async () => {
    const { provider } = await tenant();
    const root = (await identity.login('root@example.com', 'the first password')).body;
    await openId.account('root', { email: 'root@example.com' });
    const body = { flowToken: await identified(provider.id, 'root'), password: 'the first password' };
    expect(await post('/v1/auth/identities', body, root.accessToken)).toMatchObject({
      status: 403,
      body: { code: 'not_for_administrators' },
    });
  });
});

describe('a sign-in under way', () => {
  it('belongs to whoever began it: what the browser brings back is worth nothing without the token', async () => {
    const { provider } = await tenant();
    await openId.account('ada', { email: 'ada@example.com' });
    const [mine, theirs] = [await begin(provider.id), await begin(provider.id)];
    const query = await openId.browse(mine.authorizationUrl, 'ada');
    const crossed = await post('/v1/auth/oidc/flows/answer', { flowToken: theirs.flowToken, query });
    expect(crossed).toMatchObject({ status: 422, body: { code: 'sign_in_refused' } });
    const guessed = await post('/v1/auth/oidc/flows/answer', { flowToken: 'guessed', query });
    expect(guessed).toMatchObject({ status: 422, body: { code: 'sign_in_flow_invalid' } });
    expect((await post('/v1/auth/oidc/flows/answer', { flowToken: mine.flowToken, query })).status).toBe(200);
    expect((await post('/v1/auth/oidc/flows/answer', { flowToken: mine.flowToken, query })).status).toBe(422);
  });

  it('asks with PKCE, state and nonce, each of its own', async () => {
    const { provider } = await tenant();
    const [one, other] = [await begin(provider.id), await begin(provider.id)].map(
      ({ authorizationUrl }) => new URL(authorizationUrl).searchParams,
    );
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one?.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one?.get(name)).not.toBe(other?.get(name));
    }
    expect([one?.get('code_challenge_method'), one?.get('response_type')]).toEqual(['S256', 'code']);
  });

  it('makes one session, however often and at once it is used', async () => {
    const { provider } = await tenant();
    const { login } = await newcomer(provider.id);
    const flowToken = await identified(provider.id, login);
    const answers = await Promise.all([1, 2, 3].map(() => loginWith(flowToken)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
  });

  it('ends when the provider says no', async () => {
    const { provider } = await tenant();
    const { flowToken, authorizationUrl } = await begin(provider.id);
    const query = await openId.browse(authorizationUrl, 'nobody');
    expect(query).toContain('error=access_denied');
    expect(await post('/v1/auth/oidc/flows/answer', { flowToken, query })).toMatchObject({
      status: 422,
      body: { code: 'sign_in_refused' },
    });
  });

  it('comes back only to where answers are taken', async () => {
    const { provider } = await tenant();
    const body = { providerId: provider.id, redirectUri: 'https://evil.example/' };
    expect(await post('/v1/auth/oidc/flows', body)).toMatchObject({
      status: 422,
      body: { code: 'redirect_uri_refused', errors: [{ pointer: '/redirectUri' }] },
    });
    const unknown = { providerId: randomUUID(), redirectUri };
    expect((await post('/v1/auth/oidc/flows', unknown)).status).toBe(404);
  });

  it('keeps neither the client secret nor a token of it readable in a row', async () => {
    const { provider } = await tenant({ clientSecret: 'canary-client-secret' });
    const { flowToken } = await begin(provider.id);
    const rows = await Promise.all(
      ['identity_provider', 'sign_in_flow', 'audit_entry', 'outbox'].map((table) =>
        identity.database.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`),
      ),
    );
    const text = rows
      .flat()
      .map(({ row }) => row)
      .join('\n');
    expect(text).toContain(provider.id);
    for (const hidden of ['canary-client-secret', Buffer.from('canary-client-secret').toString('hex'), flowToken])
      expect(text).not.toContain(hidden);
  });
});

describe('roles that follow claims', () => {
  const roles = [
    { claim: 'groups', value: 'berth-admins', role: 'admin' },
    { claim: 'groups', value: 'staff', role: 'developer' },
  ];

  it('are given at the first sign-in, changed and taken at later ones', async () => {
    const { provider, organizationId } = await tenant({ roles });
    const { login, email, tokens } = await newcomer(provider.id, { groups: ['staff'] });
    expect(tokens.headers.get('berth-access')).toMatch(new RegExp(`^${organizationId}@`));
    expect(await roleOf(organizationId, email)).toEqual(['developer']);
    await openId.account(login, { email, groups: ['staff', 'berth-admins'] });
    await loginWith(await identified(provider.id, login));
    expect(await roleOf(organizationId, email)).toEqual(['admin']);
    await openId.account(login, { email, groups: [] });
    await loginWith(await identified(provider.id, login));
    expect(await roleOf(organizationId, email)).toEqual([]);
    const events = await identity.database.query<{ type: string }>(
      `select entry->>'action' as type from audit_trail where organization_id = $1 and entry->'target'->>'kind' = 'membership'
       union all select action from audit_entry where organization_id = $1 and target->>'kind' = 'membership'`,
      [organizationId],
    );
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['memberships:create', 'memberships:update', 'memberships:delete']),
    );
  });

  it('leave alone what somebody gave by hand', async () => {
    const { provider, organizationId, owner } = await tenant({ roles, defaultRole: 'viewer' });
    const { login, email } = await newcomer(provider.id);
    expect(await roleOf(organizationId, email)).toEqual(['viewer']);
    const [row] = await identity.database.query<{ id: string }>(
      `select membership.id from membership join app_user on app_user.id = user_id where email = $1`,
      [email],
    );
    const options = { token: owner.accessToken, body: { role: 'billing' }, headers: { 'if-match': '*' } };
    expect((await identity.call('PATCH', `/v1/memberships/${row?.id}`, options)).status).toBe(200);
    await openId.account(login, { email, groups: ['berth-admins'] });
    await loginWith(await identified(provider.id, login));
    expect(await roleOf(organizationId, email)).toEqual(['billing']);
  });
});

describe('a provider that speaks OAuth 2.0 only', () => {
  it('says who somebody is at its user URL', async () => {
    const endpoints = {
      kind: 'oauth2',
      authorizationUrl: `${openId.issuer}/auth`,
      tokenUrl: `${openId.issuer}/token`,
      userUrl: `${openId.issuer}/user`,
    };
    const settings = { endpoints, clientId: 'berth-oauth', clientSecret: 'oauth-secret', scopes: ['read:user'] };
    const { provider } = await tenant(settings);
    await openId.account('42', { email: 'octo@example.com', name: 'Octo' });
    const { flowToken, authorizationUrl } = await begin(provider.id);
    const query = await openId.browse(authorizationUrl, '42');
    const answer = await post('/v1/auth/oidc/flows/answer', { flowToken, query });
    expect(answer).toMatchObject({ status: 200, body: { email: 'octo@example.com', displayName: 'Octo' } });
    await post('/v1/auth/oidc/flows/prove-address', { flowToken });
    const token = await identity.codeFor('octo@example.com');
    expect((await post('/v1/auth/oidc/flows/register', { flowToken, token })).status).toBe(204);
    expect((await loginWith(flowToken)).status).toBe(200);
    const [row] = await identity.database.query<{ subject: string }>(
      'select subject from linked_identity where provider_id = $1',
      [provider.id],
    );
    expect(row?.subject).toBe('42');
  });
});
