import { Database, type DomainError, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ClientError } from 'openid-client';
import type { IdentityProviderRecord } from '../identity-providers/identity-provider.js';
import { IdentityProvidersRepository } from '../identity-providers/identity-providers.repository.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import {
  type ProviderAccess,
  type ProviderAccount,
  SIGN_IN_PROVIDERS,
  type SignInProvider,
  type SignInProviders,
  type SignInRequest,
} from './sign-in-provider.js';

/** Speaks with the provider of a sign-in, whatever its kind. */
@Injectable()
export class ProviderAccounts {
  constructor(
    @Inject(SIGN_IN_PROVIDERS) private readonly adapters: SignInProviders,
    @Inject(IdentityProvidersRepository) private readonly providers: IdentityProvidersRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws DomainError 409 `provider_unreachable` */
  async authorizationUrl(provider: IdentityProviderRecord, request: SignInRequest): Promise<URL> {
    const [adapter, access] = await this.of(provider);
    return adapter.authorizationUrl(access, request).catch((error: unknown) => {
      throw this.unreachable(provider, error);
    });
  }

  /** @throws DomainError 422 `sign_in_refused`, 409 `provider_unreachable` */
  async account(provider: IdentityProviderRecord, request: SignInRequest, query: string): Promise<ProviderAccount> {
    const [adapter, access] = await this.of(provider);
    return adapter.account(access, request, new URLSearchParams(query)).catch((error: unknown) => {
      if (neverArrived(error)) throw this.unreachable(provider, error);
      this.log(provider, error);
      throw signInFlowErrors.SignInRefused('The identity provider did not confirm the sign-in.');
    });
  }

  private async of(provider: IdentityProviderRecord): Promise<[SignInProvider, ProviderAccess]> {
    const { endpoints, clientId, settings } = provider;
    const clientSecret = (await this.providers.clientSecretOf(this.database, provider.id)) ?? '';
    const { scopes, emailClaim } = settings;
    return [this.adapters[endpoints.kind], { endpoints, clientId, clientSecret, scopes, emailClaim }];
  }

  private unreachable(provider: IdentityProviderRecord, error: unknown): DomainError {
    this.log(provider, error);
    return signInFlowErrors.ProviderUnreachable('The identity provider cannot be asked now.');
  }

  /** What went wrong there is for whoever runs the platform: the person can only try again. */
  private log(provider: IdentityProviderRecord, error: unknown): void {
    this.logger.warn({ err: error, providerId: provider.id }, 'a sign-in at an identity provider failed');
  }
}

/** The library gives a code to all that a provider answered wrongly. */
const neverArrived = (error: unknown): boolean =>
  error instanceof ClientError &&
  (error.code === undefined || error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT');
