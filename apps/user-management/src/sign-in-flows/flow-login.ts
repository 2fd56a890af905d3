import type { AccessVersion } from '@berth/access';
import type { LoginWithFlow } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Device } from '../sessions/device.js';
import type { LoggedIn } from '../sessions/login.service.js';
import { SessionStarter } from '../sessions/session-starter.js';
import { FlowPerson } from './flow-person.js';

export interface FlowLoggedIn extends LoggedIn {
  /** Set when the provider's word changed the person's role. */
  readonly access: AccessVersion | undefined;
}

/** From somebody whom a provider proved to a session. */
@Injectable()
export class FlowLogin {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(FlowPerson) private readonly person: FlowPerson,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
  ) {}

  /** @throws DomainError 409 `identity_not_linked`, 401 `second_factor_required` or `second_factor_invalid` */
  async login(shown: LoginWithFlow, device: Device): Promise<FlowLoggedIn> {
    const secondFactor = await this.person.requireSecondFactor(shown, device.address);
    return this.database.transaction(async (tx) => {
      const { user, access } = await this.person.take(tx, shown.flowToken);
      const started = await this.starter.start(tx, user.id, device, secondFactor);
      return { ...started, access, userId: user.id, administrator: user.administrator, secondFactor };
    });
  }
}
