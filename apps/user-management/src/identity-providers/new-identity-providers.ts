import type { CreateIdentityProvider } from '@berth/contracts/identity';
import { Clock, Ids } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SignInKinds } from '../sign-in-kinds/sign-in-kinds.js';
import type { IdentityProviderRecord } from './identity-provider.js';

/** What an identity provider is when it begins. */
@Injectable()
export class NewIdentityProviders {
  constructor(
    @Inject(SignInKinds) private readonly kinds: SignInKinds,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 422 `plugin_unknown`, `plugin_settings_refused` */
  make(request: Omit<CreateIdentityProvider, 'clientSecret'>): IdentityProviderRecord {
    const { organizationId, displayName, endpoints, clientId, ...settings } = request;
    this.kinds.require(endpoints);
    const begun = { id: this.ids.next(), generation: 1, createdAt: this.clock.now() };
    return { ...begun, organizationId, displayName, endpoints, clientId, settings };
  }
}
