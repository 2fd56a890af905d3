import type { AccessVersion } from '@berth/access';
import type { LoginWithFlow } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SecondFactor } from '../second-factor/second-factor.js';
import type { UserRecord } from '../users/user.js';
import { LinkedUsers } from './linked-users.js';
import { ProviderMemberships } from './provider-memberships.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

export interface Recognized {
  readonly user: UserRecord;
  /** Name of the provider by whose word. */
  readonly provider: string;
  readonly hasSecondFactor: boolean;
}

export interface Taken {
  readonly user: UserRecord;
  /** Set when the provider's word changed the person's role. */
  readonly access: AccessVersion | undefined;
}

/** Who somebody is here whom a provider proved. */
@Injectable()
export class FlowPerson {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
    @Inject(LinkedUsers) private readonly users: LinkedUsers,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(ProviderMemberships) private readonly memberships: ProviderMemberships,
  ) {}

  /** Uses nothing up. @throws DomainError 422 `sign_in_flow_invalid`, 409 `identity_not_linked`, 403 */
  async recognize(flowToken: string): Promise<Recognized> {
    const identified = await this.flows.identified(this.database, flowToken);
    const user = await this.users.of(this.database, identified);
    const hasSecondFactor = await this.secondFactor.has(user.id);
    return { user, provider: identified.provider.displayName, hasSecondFactor };
  }

  /**
   * Whether more than the provider's word was shown. The platform's own second factor is asked for here, too: a provider proves
   * one thing.
   * @throws DomainError as `recognize`, 401 `second_factor_required` or `second_factor_invalid`
   */
  async requireSecondFactor({ flowToken, ...shown }: LoginWithFlow, address: string): Promise<boolean> {
    const { id } = await this.users.of(this.database, await this.flows.identified(this.database, flowToken));
    return this.secondFactor.require(id, shown, address);
  }

  /** Ends the flow. Reads again: meanwhile the account may have been taken from the user, or the flow used by somebody else. */
  async take(tx: Tx, flowToken: string): Promise<Taken> {
    const { provider, account } = await this.flows.finish(tx, flowToken);
    const user = await this.users.of(tx, { provider, account });
    const access = await this.memberships.follow(tx, provider, user.id, account);
    return { user, access };
  }
}
