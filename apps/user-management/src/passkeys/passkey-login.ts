import type { LoginWithPasskey } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Device } from '../sessions/device.js';
import type { LoggedIn } from '../sessions/login.service.js';
import { SessionStarter } from '../sessions/session-starter.js';
import { UsersRepository } from '../users/users.repository.js';
import { PasskeyProof } from './passkey-proof.js';
import { passkeyErrors } from './passkeys.errors.js';

/** From a passkey alone to a session. */
@Injectable()
export class PasskeyLogin {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PasskeyProof) private readonly passkeys: PasskeyProof,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
  ) {}

  /** @throws DomainError 401 `passkey_login_refused` */
  async login({ passkey }: LoginWithPasskey, device: Device): Promise<LoggedIn> {
    const started = await this.database.transaction(async (tx) => {
      const userId = await this.passkeys.alone(tx, passkey);
      const user = userId === undefined ? undefined : await this.users.find(tx, userId);
      if (!user) return undefined; // and not an error: the challenge is used up
      const session = await this.starter.start(tx, user.id, device, true);
      return { ...session, userId: user.id, administrator: user.administrator, secondFactor: true };
    });
    if (started) return started;
    throw passkeyErrors.PasskeyLoginRefused('The passkey is not known here, or its device asked for nothing.');
  }
}
