import type { AccessVersion } from '@berth/access';
import type { LoginWithFlow } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SecondFactor } from '../second-factor/second-factor.js';
import type { Device } from '../sessions/device.js';
import type { LoggedIn } from '../sessions/login.service.js';
import { SessionStarter } from '../sessions/session-starter.js';
import { LinkedUsers } from './linked-users.js';
import { ProviderMemberships } from './provider-memberships.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

export interface FlowLoggedIn extends LoggedIn {
  /** Set when the provider's word changed the person's role. */
  readonly access: AccessVersion | undefined;
}

/** From somebody whom a provider proved to a session. */
@Injectable()
export class FlowLogin {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
    @Inject(LinkedUsers) private readonly users: LinkedUsers,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(ProviderMemberships) private readonly memberships: ProviderMemberships,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
  ) {}

  /**
   * The platform's own second factor is asked for here, too: a provider proves one thing.
   * @throws DomainError 409 `identity_not_linked`, 401 `second_factor_required` or `second_factor_invalid`
   */
  async login({ flowToken, ...shown }: LoginWithFlow, device: Device): Promise<FlowLoggedIn> {
    const identified = await this.flows.identified(this.database, flowToken);
    const { id: userId } = await this.users.of(this.database, identified);
    const secondFactor = await this.secondFactor.require(userId, shown, device.address);
    return this.database.transaction(async (tx) => {
      // Read again: meanwhile the account may have been taken from the user, or the flow used by somebody else.
      const { provider, account } = await this.flows.finish(tx, flowToken);
      const user = await this.users.of(tx, { provider, account });
      const access = await this.memberships.follow(tx, provider, user.id, account);
      const started = await this.starter.start(tx, user.id, device, secondFactor);
      return { ...started, access, userId: user.id, administrator: user.administrator, secondFactor };
    });
  }
}
