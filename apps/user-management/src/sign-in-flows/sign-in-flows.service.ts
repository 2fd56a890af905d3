import type { AnswerSignIn, BeginSignIn, IdentifiedPerson, SignInFlow } from '@berth/contracts/identity';
import { CONFIG, Database, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { IdentityProviderRecord } from '../identity-providers/identity-provider.js';
import { identityProviderErrors } from '../identity-providers/identity-providers.errors.js';
import { IdentityProvidersRepository } from '../identity-providers/identity-providers.repository.js';
import { newToken } from '../sealing/opaque-token.js';
import { ProviderAccounts } from './provider-accounts.js';
import { mayRedirectTo } from './redirect-uris.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';
import type { ProviderAccount } from '../sign-in-kinds/sign-in-provider.js';

export interface Identified {
  readonly provider: IdentityProviderRecord;
  readonly account: ProviderAccount;
}

/** To a provider and back: at its end it is proven whom the provider knows, and nothing else. */
@Injectable()
export class SignInFlowsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(IdentityProvidersRepository) private readonly providers: IdentityProvidersRepository,
    @Inject(ProviderAccounts) private readonly accounts: ProviderAccounts,
    @Inject(SignInFlowsRepository) private readonly flows: SignInFlowsRepository,
  ) {}

  /** @throws DomainError 404 `identity_provider_not_found`, 422 `redirect_uri_refused`, 409 `provider_unreachable` */
  async begin(request: BeginSignIn): Promise<SignInFlow> {
    if (!mayRedirectTo(request.redirectUri, this.config.SIGN_IN_REDIRECTS))
      throw signInFlowErrors.RedirectUriRefused('is not where answers are taken', { pointer: '/redirectUri' });
    return this.beginTrusted(request);
  }

  /** As `begin`, for a page of ours to which no request led. */
  async beginTrusted({ providerId, redirectUri }: BeginSignIn): Promise<SignInFlow> {
    const provider = await this.provider(this.database, providerId);
    const request = { redirectUri, state: newToken(), nonce: newToken(), verifier: newToken() };
    const authorizationUrl = await this.accounts.authorizationUrl(provider, request);
    const { flowToken, expiresAt } = await this.database.transaction((tx) => this.flows.begin(tx, providerId, request));
    return { flowToken, authorizationUrl: authorizationUrl.href, expiresAt: expiresAt.toISOString() };
  }

  /** @throws DomainError 422 `sign_in_flow_invalid` or `sign_in_refused`, 409 `provider_unreachable` */
  async answer({ flowToken, query }: AnswerSignIn): Promise<IdentifiedPerson> {
    const taken = await this.database.transaction((tx) => this.flows.takeRequest(tx, flowToken));
    if (!taken) throw flowInvalid();
    const provider = await this.provider(this.database, taken.providerId);
    const account = await this.accounts.account(provider, taken.request, query);
    await this.database.transaction((tx) => this.flows.identify(tx, flowToken, account));
    return { email: account.email, displayName: account.displayName };
  }

  /** Whom a flow has proven, and by whose word. @throws DomainError 422 `sign_in_flow_invalid` */
  async identified(sql: Sql, flowToken: string, lock: '' | 'for update' = ''): Promise<Identified> {
    const found = await this.flows.account(sql, flowToken, lock);
    if (!found) throw flowInvalid();
    return { provider: await this.provider(sql, found.providerId), account: found.account };
  }

  /** As `identified`, and nobody can go on with the flow afterwards. */
  async finish(tx: Tx, flowToken: string): Promise<Identified> {
    const identified = await this.identified(tx, flowToken, 'for update');
    await this.flows.end(tx, flowToken);
    return identified;
  }

  private async provider(sql: Sql, id: string): Promise<IdentityProviderRecord> {
    const provider = await this.providers.find(sql, id);
    if (provider) return provider;
    throw identityProviderErrors.IdentityProviderNotFound('There is no such identity provider.');
  }
}

const flowInvalid = () =>
  signInFlowErrors.SignInFlowInvalid('This sign-in was finished, has ended or was never begun.', {
    pointer: '/flowToken',
  });
