import type { ProviderEndpoints } from '@berth/contracts/identity';

/** What is needed to speak with a provider. */
export interface ProviderAccess {
  readonly endpoints: ProviderEndpoints;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly emailClaim: string;
}

/** What we ask the browser to carry there, and expect back. */
export interface SignInRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly verifier: string;
}

/** Somebody as a provider knows them. */
export interface ProviderAccount {
  /** Never changes and is never given to somebody else, at this provider. */
  readonly subject: string;
  /** As the provider says: it proves nothing here. */
  readonly email: string | null;
  readonly displayName: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Port: one way to let somebody else say who a person is. Any error of `account` means that nobody was proven. */
export interface SignInProvider {
  /** Where the browser goes. */
  authorizationUrl(access: ProviderAccess, request: SignInRequest): Promise<URL>;
  /** @param query what the provider gave the browser to bring back */
  account(access: ProviderAccess, request: SignInRequest, query: URLSearchParams): Promise<ProviderAccount>;
}
