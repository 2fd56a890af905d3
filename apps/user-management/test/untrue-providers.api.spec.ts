import { randomUUID } from 'node:crypto';
import type { IdentityProviderView, SignInFlow } from '@berth/contracts/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';
import { redirectUri } from './fixtures/openid-provider.js';
import { type Script, ScriptedProvider } from './fixtures/scripted-provider.js';

let identity: IdentityService;
let provider: ScriptedProvider;
let other: ScriptedProvider;
let [providerId, otherId] = ['', ''];
beforeAll(async () => {
  [provider, other] = [await ScriptedProvider.start(), await ScriptedProvider.start()];
  identity = await IdentityService.start({ PRIVATE_IDENTITY_PROVIDERS: 'true', LOG_LEVEL: 'silent' });
  [providerId, otherId] = [await trusted(provider), await trusted(other)];
});
beforeEach(() => {
  provider.script = other.script = {};
  provider.subject = other.subject = `s${randomUUID()}`;
});
afterAll(async () => {
  await identity.close();
  await provider.close();
  await other.close();
});

const post = <Body = Record<string, unknown>>(path: string, body: unknown) =>
  identity.call<Body>('POST', path, { body });
const begin = (id = providerId) => post<SignInFlow>('/v1/auth/oidc/flows', { providerId: id, redirectUri });
const answer = (flowToken: string, query: string) => post('/v1/auth/oidc/flows/answer', { flowToken, query });
const refused = { status: 422, body: { code: 'sign_in_refused' } };

/** An organization of its own trusts it. */
async function trusted({ issuer, client }: ScriptedProvider): Promise<string> {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const endpoints = { kind: 'oidc', issuer };
  const { status, body } = await identity.call<IdentityProviderView>('POST', '/v1/identity-providers', {
    token: owner.accessToken,
    headers: { 'berth-access': access },
    body: { organizationId: organization.id, displayName: 'Company login', endpoints, ...client },
  });
  expect(status).toBe(201);
  return body.id;
}

/** As far as the provider's word goes. */
async function signIn(by: ScriptedProvider, id: string) {
  const { flowToken, authorizationUrl } = (await begin(id)).body;
  return { flowToken, answered: await answer(flowToken, by.browse(authorizationUrl)) };
}

describe('the word of an OpenID provider', () => {
  it('is taken when it is whole', async () => {
    expect((await signIn(provider, providerId)).answered).toMatchObject({ status: 200 });
  });

  it.each<[string, Script]>([
    ['is signed by a key that is not the provider’s', { signedBy: 'foreign key' }],
    ['is signed by nobody', { signedBy: 'nobody' }],
    ['is signed with the secret of the client', { signedBy: 'client secret' }],
    ['is signed with the public key as a secret', { signedBy: 'public key as secret' }],
    ['is for another client', { claims: { aud: 'another' } }],
    ['is for several clients, and was asked for by another', { claims: { aud: ['berth', 'another'], azp: 'another' } }],
    ['is another issuer’s', { claims: { iss: 'https://issuer.example' } }],
    ['answers another sign-in', { claims: { nonce: 'of another' } }],
    ['answers no sign-in', { claims: { nonce: undefined } }],
    ['has ended', { claims: { exp: 1_700_000_000 } }],
    ['names nobody', { claims: { sub: undefined } }],
  ])('is refused when it %s', async (_, script) => {
    provider.script = script;
    const { answered, flowToken } = await signIn(provider, providerId);
    expect(answered).toMatchObject(refused);
    expect((await post('/v1/auth/oidc/flows/login', { flowToken })).status).toBe(422);
  });

  it.each<[string, () => Record<string, string>]>([
    ['comes back from another provider', () => ({ iss: other.issuer })],
    ['does not say from whom it comes back', () => ({})],
  ])('is not asked for when the browser %s', async (_, more) => {
    const { flowToken, authorizationUrl } = (await begin()).body;
    expect(await answer(flowToken, provider.browse(authorizationUrl, more()))).toMatchObject(refused);
  });

  it('is not asked for when its metadata are another issuer’s', async () => {
    provider.script = { metadata: { issuer: other.issuer } };
    expect(await begin()).toMatchObject({ status: 409, body: { code: 'provider_unreachable' } });
  });

  it('is for its own people: a subject of the same name elsewhere is nobody here', async () => {
    other.subject = provider.subject;
    const { flowToken } = await signIn(provider, providerId);
    expect((await post('/v1/auth/oidc/flows/prove-address', { flowToken })).status).toBe(202);
    const token = await identity.codeFor(`${provider.subject}@example.com`);
    expect((await post('/v1/auth/oidc/flows/register', { flowToken, token })).status).toBe(204);
    const login = async (by: ScriptedProvider, id: string) =>
      post('/v1/auth/oidc/flows/login', { flowToken: (await signIn(by, id)).flowToken });
    expect((await login(provider, providerId)).status).toBe(200);
    expect(await login(other, otherId)).toMatchObject({ status: 409, body: { code: 'identity_not_linked' } });
  });
});
