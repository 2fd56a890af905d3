import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner } from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { onceDue } from '../once-due.js';
import { UsersRepository } from '../users/users.repository.js';
import { AccountErasure } from './account-erasure.js';

/** Keys are ids of users who asked to be erased. */
export const ERASURE_QUEUE = 'account-erasure';

/** Erases accounts whose grace period is over. Whoever came back meanwhile stays. */
@Injectable()
export class AccountErasureReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(AccountErasure) private readonly erasure: AccountErasure,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(ERASURE_QUEUE, this);
  }

  async reconcile(userId: string, context: ReconcileContext): Promise<Outcome> {
    const user = await this.users.find(this.database, userId);
    const now = this.clock.now();
    return onceDue(user?.eraseAt, now, () => context.transaction((tx) => this.erasure.erase(tx, userId, now)));
  }
}
