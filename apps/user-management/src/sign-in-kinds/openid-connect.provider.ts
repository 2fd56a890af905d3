import type { ProviderEndpoints } from '@berth/contracts/identity';
import type { OutboundFetch } from '@berth/service-kit';
import {
  allowInsecureRequests,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import { clientOf, codeFlowUrl, exchangeCode, textOf } from './code-flow.js';
import type { ProviderAccess, ProviderAccount, SignInProvider, SignInRequest } from './sign-in-provider.js';

type OpenIdAccess = ProviderAccess & { readonly endpoints: Extract<ProviderEndpoints, { kind: 'oidc' }> };

/** OpenID Connect Core 1.0 with a discovery document: Keycloak, Google, Entra and the like. */
export class OpenIdConnectProvider implements SignInProvider {
  constructor(private readonly fetch: OutboundFetch) {}

  async authorizationUrl(access: OpenIdAccess, request: SignInRequest): Promise<URL> {
    return codeFlowUrl(await this.client(access), access.scopes, request);
  }

  async account(access: OpenIdAccess, request: SignInRequest, query: URLSearchParams): Promise<ProviderAccount> {
    const client = await this.client(access);
    const tokens = await exchangeCode(client, request, query);
    const proven = tokens.claims();
    if (!proven) throw new Error('the provider sent no id token');
    // Many put into the id token only who it is; the subject of the answer is compared with the token's.
    const more = client.serverMetadata().userinfo_endpoint
      ? await fetchUserInfo(client, tokens.access_token, proven.sub)
      : {};
    const claims: Record<string, unknown> = { ...more, ...proven };
    return {
      subject: proven.sub,
      email: textOf(claims[access.emailClaim]),
      displayName: textOf(claims['name']),
      claims,
    };
  }

  private async client(access: OpenIdAccess): Promise<Configuration> {
    const { issuer } = access.endpoints;
    const found = await discovery(new URL(issuer), access.clientId, undefined, undefined, {
      [customFetch]: this.fetch as CustomFetch,
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
    });
    const client = clientOf(found.serverMetadata(), access, this.fetch);
    // Not only where the token came from: administrators may allow providers without TLS.
    enableNonRepudiationChecks(client);
    return client;
  }
}
