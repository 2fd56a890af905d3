import type { CompleteRecovery } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordSetter } from '../password-changes/password-setter.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { recoveryErrors } from './recovery.errors.js';
import { Throttle } from '../throttle/throttle.js';
import { RecoveryRequests } from './recovery-requests.js';
import { RecoveryRepository } from './recovery.repository.js';

/** For those who have forgotten their password: a mail proves who they are. */
@Injectable()
export class RecoveryService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RecoveryRepository) private readonly recoveries: RecoveryRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(PasswordSetter) private readonly setter: PasswordSetter,
    @Inject(RecoveryRequests) private readonly requests: RecoveryRequests,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  /** @throws DomainError 429 `too_many_attempts` */
  async request(email: string, address: string): Promise<void> {
    await this.throttle.admit({ what: 'recovery', account: email, address });
    await this.database.transaction((tx) => this.requests.add(tx, email));
  }

  /** Sets the password and ends every session. It lets nobody in: that takes a login. @throws DomainError 422 `recovery_invalid` */
  async complete({ token, password }: CompleteRecovery): Promise<void> {
    await this.passwords.refuseKnown(password);
    const passwordHash = await this.passwords.hash(password);
    await this.database.transaction(async (tx) => {
      const userId = await this.recoveries.take(tx, token);
      if (userId === undefined)
        throw recoveryErrors.RecoveryInvalid('The code is not valid, was used or has ended.', { pointer: '/token' });
      await this.passwords.refuseContextOf(tx, userId, password);
      await this.passwords.refuseInitialOf(tx, userId, password);
      await this.setter.set(tx, userId, passwordHash, { by: 'platform', reason: 'password recovered' });
    });
  }
}
