import type { ProviderEndpoints } from '@berth/contracts/identity';
import type { OutboundFetch } from '@berth/service-kit';
import { type Configuration, fetchProtectedResource } from 'openid-client';
import { clientOf, codeFlowUrl, exchangeCode, textOf } from './code-flow.js';
import type { ProviderAccess, ProviderAccount, SignInProvider, SignInRequest } from './sign-in-provider.js';

type OAuthAccess = ProviderAccess & { readonly endpoints: Extract<ProviderEndpoints, { kind: 'oauth2' }> };

/** OAuth 2.0 without id tokens, as GitHub speaks it: who it is follows from a request with the access token. */
export class OAuth2Provider implements SignInProvider {
  constructor(private readonly fetch: OutboundFetch) {}

  authorizationUrl(access: OAuthAccess, { redirectUri, state, verifier }: SignInRequest): Promise<URL> {
    return codeFlowUrl(this.client(access), access.scopes, { redirectUri, state, verifier });
  }

  async account(access: OAuthAccess, request: SignInRequest, query: URLSearchParams): Promise<ProviderAccount> {
    const client = this.client(access);
    const { redirectUri, state, verifier } = request;
    const tokens = await exchangeCode(client, { redirectUri, state, verifier }, query);
    const { userUrl, subjectField } = access.endpoints;
    const headers = new Headers({ accept: 'application/json' });
    const answer = await fetchProtectedResource(client, tokens.access_token, new URL(userUrl), 'GET', null, headers);
    if (!answer.ok) throw new Error(`the provider answered ${answer.status} for the person`);
    const claims = (await answer.json()) as Record<string, unknown>;
    const subject = claims[subjectField];
    if (typeof subject !== 'number' && !textOf(subject)) throw new Error(`the person has no ${subjectField}`);
    return {
      subject: String(subject),
      email: textOf(claims[access.emailClaim]),
      displayName: textOf(claims['name']),
      claims,
    };
  }

  private client(access: OAuthAccess): Configuration {
    const { authorizationUrl, tokenUrl } = access.endpoints;
    const issuer = new URL(authorizationUrl).origin;
    const authentication = ['client_secret_post'];
    return clientOf(
      {
        issuer,
        authorization_endpoint: authorizationUrl,
        token_endpoint: tokenUrl,
        token_endpoint_auth_methods_supported: authentication,
      },
      access,
      this.fetch,
    );
  }
}
