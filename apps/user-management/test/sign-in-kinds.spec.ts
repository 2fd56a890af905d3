import { randomInt } from 'node:crypto';
import { outboundFetch } from '@berth/service-kit';
import { OAuth2Provider } from '../src/sign-in-kinds/oauth2.provider.js';
import { OpenIdConnectProvider } from '../src/sign-in-kinds/openid-connect.provider.js';
import { loadPlugIns } from '../src/sign-in-kinds/plug-ins.js';
import { letterPlugIn, Letters } from './fixtures/letters.js';
import { OpenIdProvider } from './fixtures/openid-provider.js';
import { type ProviderUnderTest, signInProviderContract } from './sign-in-provider.contract.js';

const fetch = outboundFetch({ allowPrivateAddresses: true, hosts: [], timeoutMs: 30_000, maxBytes: 1_048_576 });
const secret = 'what both sides know';
const byLetter = { kind: 'plugin' as const, plugin: 'letter', settings: { office: 'https://letters.example.com/' } };

/** `oidc-provider`, which answers as OpenID Connect asks for, and as GitHub does. */
async function real(kind: 'oidc' | 'oauth2'): Promise<ProviderUnderTest> {
  const there = await OpenIdProvider.start();
  const { issuer } = there;
  const isOpenId = kind === 'oidc';
  return {
    provider: isOpenId ? new OpenIdConnectProvider(fetch) : new OAuth2Provider(fetch),
    access: {
      endpoints: isOpenId
        ? { kind: 'oidc', issuer }
        : {
            kind: 'oauth2',
            authorizationUrl: `${issuer}/auth`,
            tokenUrl: `${issuer}/token`,
            userUrl: `${issuer}/user`,
            subjectField: 'id',
          },
      clientId: isOpenId ? 'berth' : 'berth-oauth',
      clientSecret: isOpenId ? 'berth-secret' : 'oauth-secret',
      scopes: isOpenId ? ['openid', 'email', 'profile'] : ['read:user'],
      emailClaim: 'email',
    },
    account: async (email, name) => {
      const login = String(randomInt(1, 2 ** 40));
      await there.account(login, { email, name });
      return { login, subject: login };
    },
    browse: (url, login) => there.browse(url.href, login),
    close: () => there.close(),
  };
}

signInProviderContract('oidc', () => real('oidc'));
signInProviderContract('oauth2', () => real('oauth2'));
signInProviderContract('of a plug-in', async () => {
  const letters = new Letters(secret);
  const plugIns = await loadPlugIns([{ name: 'letter', path: letterPlugIn }], { fetch });
  const provider = plugIns.get('letter');
  if (!provider) throw new Error('the plug-in is not loaded');
  return {
    provider,
    access: { endpoints: byLetter, clientId: 'berth', clientSecret: secret, scopes: [], emailClaim: 'email' },
    account: async (email, name) => letters.account(email, name),
    browse: async (url, login) => letters.browse(url, login),
    close: async () => undefined,
  };
});
