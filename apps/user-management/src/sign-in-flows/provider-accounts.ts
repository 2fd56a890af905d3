import { Database, type DomainError, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ClientError } from 'openid-client';
import { storable } from '@berth/contracts/common';
import { z } from 'zod';
import type { IdentityProviderRecord } from '../identity-providers/identity-provider.js';
import { IdentityProvidersRepository } from '../identity-providers/identity-providers.repository.js';
import { SignInKinds } from '../sign-in-kinds/sign-in-kinds.js';
import type {
  ProviderAccess,
  ProviderAccount,
  SignInProvider,
  SignInRequest,
} from '../sign-in-kinds/sign-in-provider.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';

const said = z.string().refine(storable).nullable();

/** A plug-in is code of somebody else: what it says of a person is looked at. */
const providerAccount: z.ZodType<ProviderAccount> = z.object({
  subject: z.string().min(1).max(1_000).refine(storable),
  email: said,
  displayName: said,
  claims: z.record(z.string(), z.unknown()),
});

/** Speaks with the provider of a sign-in, whatever its kind. */
@Injectable()
export class ProviderAccounts {
  constructor(
    @Inject(SignInKinds) private readonly kinds: SignInKinds,
    @Inject(IdentityProvidersRepository) private readonly providers: IdentityProvidersRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws DomainError 409 `provider_unreachable` */
  async authorizationUrl(provider: IdentityProviderRecord, request: SignInRequest): Promise<URL> {
    const [adapter, access] = await this.of(provider);
    try {
      return requirePage(await adapter.authorizationUrl(access, request));
    } catch (error) {
      throw this.unreachable(provider, error);
    }
  }

  /** @throws DomainError 422 `sign_in_refused`, 409 `provider_unreachable` */
  async account(provider: IdentityProviderRecord, request: SignInRequest, query: string): Promise<ProviderAccount> {
    const [adapter, access] = await this.of(provider);
    try {
      return providerAccount.parse(await adapter.account(access, request, new URLSearchParams(query)));
    } catch (error) {
      if (neverArrived(error)) throw this.unreachable(provider, error);
      this.log(provider, error);
      throw signInFlowErrors.SignInRefused('The identity provider did not confirm the sign-in.');
    }
  }

  private async of(provider: IdentityProviderRecord): Promise<[SignInProvider, ProviderAccess]> {
    const { endpoints, clientId, settings } = provider;
    const adapter = this.kinds.of(endpoints);
    if (!adapter)
      throw this.unreachable(provider, new Error(`its plug-in is not loaded: ${JSON.stringify(endpoints)}`));
    const clientSecret = (await this.providers.clientSecretOf(this.database, provider.id)) ?? '';
    const { scopes, emailClaim } = settings;
    return [adapter, { endpoints, clientId, clientSecret, scopes, emailClaim }];
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

/** Programs open it without a look: it may not be a script, a file or what another program answers to. */
function requirePage(url: URL): URL {
  if (url instanceof URL && /^https?:$/.test(url.protocol)) return url;
  throw new Error('it sends browsers to what is no http(s) URL');
}

/** The library gives a code to all that a provider answered wrongly. */
const neverArrived = (error: unknown): boolean =>
  error instanceof ClientError &&
  (error.code === undefined || error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT');
