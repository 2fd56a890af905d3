import type { OutboundFetch } from '@berth/service-kit';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  type ServerMetadata,
} from 'openid-client';
import type { ProviderAccess, SignInRequest } from './sign-in-provider.js';

const TIMEOUT_SECONDS = 10;

/** Our client at a server whose metadata are known. */
export function clientOf(server: ServerMetadata, access: ProviderAccess, fetch: OutboundFetch): Configuration {
  // RFC 8414, section 2: a server that does not say takes Basic. Some of those that say take only one of the two.
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authenticate = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost;
  const client = new Configuration(server, access.clientId, undefined, authenticate(access.clientSecret));
  client[customFetch] = fetch as CustomFetch;
  client.timeout = TIMEOUT_SECONDS;
  // Whether plain http is right at all is for `fetch` to say, which every request goes through.
  if (server.issuer.startsWith('http:')) allowInsecureRequests(client);
  return client;
}

/** Authorization code with PKCE (RFC 9700, section 2.1.1): the same for all servers. */
export async function codeFlowUrl(
  client: Configuration,
  scopes: readonly string[],
  { redirectUri, state, verifier, ...rest }: Omit<SignInRequest, 'nonce'> & { nonce?: string },
): Promise<URL> {
  return buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...rest,
  });
}

export const exchangeCode = (
  client: Configuration,
  { redirectUri, state, verifier, nonce }: Omit<SignInRequest, 'nonce'> & { nonce?: string },
  query: URLSearchParams,
) =>
  authorizationCodeGrant(client, Object.assign(new URL(redirectUri), { search: query.toString() }), {
    expectedState: state,
    pkceCodeVerifier: verifier,
    ...(nonce === undefined ? {} : { expectedNonce: nonce, idTokenExpected: true }),
  });

/** A claim that is text and not empty. */
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
