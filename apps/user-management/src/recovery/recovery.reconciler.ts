import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner, settled } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { recoveryMail } from './recovery-mails.js';
import { RecoveryRepository } from './recovery.repository.js';

export const RECOVERY_QUEUE = 'recovery';

/** Looks whether somebody has the address, and if so writes to them. Nobody waits for it, so nobody can time it. */
@Injectable()
export class RecoveryReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(RecoveryRepository) private readonly recoveries: RecoveryRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(MailService) private readonly mail: MailService,
  ) {}

  onModuleInit(): void {
    this.runner.register(RECOVERY_QUEUE, this);
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    await context.transaction((tx) => this.answer(tx, id));
    return settled;
  }

  private async answer(tx: Tx, id: string): Promise<void> {
    const email = await this.recoveries.takeRequest(tx, id);
    const user = email === undefined ? undefined : await this.users.findByEmail(tx, email);
    if (!user) return;
    await this.mail.post(tx, recoveryMail(user.email, await this.recoveries.begin(tx, user.id)));
  }
}
