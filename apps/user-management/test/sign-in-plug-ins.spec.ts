import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IdentityProviderView, SignInFlow } from '@berth/contracts/identity';
import { outboundFetch } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadPlugIns } from '../src/sign-in-kinds/plug-ins.js';
import { IdentityService } from './fixtures/identity-service.js';
import { letterPlugIn, Letters } from './fixtures/letters.js';
import { redirectUri } from './fixtures/openid-provider.js';

const fetch = outboundFetch({ allowPrivateAddresses: false, hosts: [], timeoutMs: 1_000, maxBytes: 1_000 });
const secret = 'what both sides know';
const office = 'https://letters.example.com/';
const letters = new Letters(secret);

let identity: IdentityService;
let owner: { token: string; headers: Record<string, string>; organizationId: string };
beforeAll(async () => {
  identity = await IdentityService.start({ LOG_LEVEL: 'silent', IDENTITY_PROVIDER_PLUGINS: `letter=${letterPlugIn}` });
  const { accessToken: token } = await identity.person();
  const { organization, access } = await identity.organization(token);
  owner = { token, headers: { 'berth-access': access }, organizationId: organization.id };
});
afterAll(() => identity.close());

function make(endpoints: object) {
  const { organizationId, token, headers } = owner;
  const body = { organizationId, displayName: 'By letter', endpoints, clientId: 'berth', clientSecret: secret };
  return identity.call<IdentityProviderView>('POST', '/v1/identity-providers', { token, headers, body });
}
const byLetter = (settings: object = { office }) => ({ kind: 'plugin', plugin: 'letter', settings });
const post = <Body = Record<string, unknown>>(step: string, body: object) =>
  identity.call<Body>('POST', `/v1/auth/oidc/flows${step}`, { body });
const begin = async (providerId: string) => (await post<SignInFlow>('', { providerId, redirectUri })).body;

describe('a plug-in for sign-ins', () => {
  it('has people proven, registered and logged in by the flow of all kinds, which knows nothing of it', async () => {
    const { status, body: provider } = await make(byLetter());
    expect({ status, endpoints: provider.endpoints }).toEqual({ status: 201, endpoints: byLetter() });
    const email = `${randomUUID()}@example.com`;
    const { login, subject } = letters.account(email, 'Ada Lovelace');
    const { flowToken, authorizationUrl } = await begin(provider.id);
    const query = letters.browse(new URL(authorizationUrl), login);
    const answered = await post('/answer', { flowToken, query });
    expect(answered).toMatchObject({ status: 200, body: { email, displayName: 'Ada Lovelace' } });
    expect((await post('/prove-address', { flowToken })).status).toBe(202);
    const token = await identity.codeFor(email);
    expect((await post('/register', { flowToken, token })).status).toBe(204);
    expect((await post('/login', { flowToken })).status).toBe(200);
    const linked = await identity.database.query('select subject from linked_identity where provider_id = $1', [
      provider.id,
    ]);
    expect(linked).toEqual([{ subject }]);
  });

  it('refuses a sign-in by throwing whatever it likes, also at its beginning and not by a promise', async () => {
    const { flowToken } = await begin((await make(byLetter())).body.id);
    const refused = await post('/answer', { flowToken, query: 'letter=forged&seal=none' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'sign_in_refused' } });
    const closed = (await make(byLetter({ office: 'https://closed.example.com/' }))).body.id;
    const none = await post('', { providerId: closed, redirectUri });
    expect(none).toMatchObject({ status: 409, body: { code: 'provider_unreachable' } });
  });

  it.each(['script', 'text'])('sends no browser to what is no page: %s', async (office) => {
    const providerId = (await make(byLetter({ office: `https://${office}.example.com/` }))).body.id;
    expect(await post('', { providerId, redirectUri })).toMatchObject({
      status: 409,
      body: { code: 'provider_unreachable' },
    });
    const begun = await identity.database.query('select from sign_in_flow where provider_id = $1', [providerId]);
    expect(begun).toEqual([]);
  });

  it.each([[''], [null], [{ sub: 1 }], ['a\u0000b'], ['x'.repeat(1_001)]])(
    'is not believed a person without a usable subject: %j',
    async (sub) => {
      const { login } = letters.account(`${randomUUID()}@example.com`, 'Ada', sub);
      const { flowToken, authorizationUrl } = await begin((await make(byLetter())).body.id);
      const answered = await post('/answer', { flowToken, query: letters.browse(new URL(authorizationUrl), login) });
      expect(answered).toMatchObject({ status: 422, body: { code: 'sign_in_refused' } });
    },
  );

  it('judges what an organization sets for it', async () => {
    const errors = [{ pointer: '/endpoints/settings' }];
    for (const settings of [{}, { office: 'nowhere' }, { office, unclear: 'yes' }])
      expect(await make(byLetter(settings))).toMatchObject({
        status: 422,
        body: { code: 'plugin_settings_refused', errors },
      });
  });

  it('is not asked for by a name that this platform does not have', async () => {
    expect(await make({ kind: 'plugin', plugin: 'pigeon' })).toMatchObject({
      status: 422,
      body: {
        code: 'plugin_unknown',
        errors: [{ pointer: '/endpoints/plugin', message: expect.stringMatching(/: letter$/) }],
      },
    });
  });

  it('that is not loaded any more lets nobody in, and keeps its providers', async () => {
    const { id } = (await make(byLetter())).body;
    await identity.database.query(
      `update identity_provider set endpoints = jsonb_set(endpoints, '{plugin}', '"pigeon"') where id = $1`,
      [id],
    );
    expect(await post('', { providerId: id, redirectUri })).toMatchObject({
      status: 409,
      body: { code: 'provider_unreachable' },
    });
    const { token, headers } = owner;
    const shown = await identity.call('GET', `/v1/identity-providers/${id}`, { token, headers });
    expect(shown).toMatchObject({ status: 200, body: { endpoints: { plugin: 'pigeon' } } });
  });
});

describe('a module that is no plug-in ends the start with its name', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'berth-plug-in-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['missing.mjs', null, /^IDENTITY_PROVIDER_PLUGINS: bad of .*missing\.mjs cannot be loaded: /],
    ['throws.mjs', 'throw new Error("no licence")', /cannot be loaded: Error: no licence$/],
    ['none.mjs', 'export const make = 1', /exports no function makeSignInPlugIn$/],
    [
      'fails.mjs',
      'export const makeSignInPlugIn = () => { throw new Error("no key") }',
      /makes nothing: Error: no key$/,
    ],
    [
      'half.mjs',
      'export const makeSignInPlugIn = () => ({ account() {} })',
      /makes something without authorizationUrl, complaint$/,
    ],
    [
      'nothing.mjs',
      'export const makeSignInPlugIn = () => undefined',
      /makes something without authorizationUrl, account, complaint$/,
    ],
  ])('%s', async (name, source, message) => {
    const path = join(folder, name);
    if (source !== null) await writeFile(path, source);
    await expect(loadPlugIns([{ name: 'bad', path }], { fetch })).rejects.toThrow(message);
  });
});
