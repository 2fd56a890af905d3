import type { CompleteRecovery } from '@berth/contracts/identity';
import { WorkQueue } from '@berth/reconcile';
import { Database, Ids } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordSetter } from '../password-changes/password-setter.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { recoveryErrors } from './recovery.errors.js';
import { RECOVERY_QUEUE } from './recovery.reconciler.js';
import { RecoveryRepository } from './recovery.repository.js';

/** For those who have forgotten their password: a mail proves who they are. */
@Injectable()
export class RecoveryService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RecoveryRepository) private readonly recoveries: RecoveryRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(PasswordSetter) private readonly setter: PasswordSetter,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async request(email: string): Promise<void> {
    const id = this.ids.next();
    await this.database.transaction(async (tx) => {
      await this.recoveries.ask(tx, id, email);
      await this.queue.enqueue(tx, RECOVERY_QUEUE, id);
    });
  }

  /** Sets the password and ends every session. It lets nobody in: that takes a login. @throws DomainError 422 `recovery_invalid` */
  async complete({ token, password }: CompleteRecovery): Promise<void> {
    await this.passwords.refuseCommon(password);
    const passwordHash = await this.passwords.hash(password);
    await this.database.transaction(async (tx) => {
      const userId = await this.recoveries.take(tx, token);
      if (userId === undefined)
        throw recoveryErrors.RecoveryInvalid('The code is not valid, was used or has ended.', { pointer: '/token' });
      await this.setter.set(tx, userId, passwordHash, { by: 'platform', reason: 'password recovered' });
    });
  }
}
