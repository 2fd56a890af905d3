import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AccountErasure } from './account-erasure.js';
import { UsersRepository } from '../users/users.repository.js';

/** Keys are ids of users who asked to be erased. */
export const ERASURE_QUEUE = 'account-erasure';
const LONGEST_SECONDS = 3_600;

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
    if (!user?.eraseAt) return settled;
    const seconds = Math.ceil((user.eraseAt.getTime() - this.clock.now().getTime()) / 1_000);
    if (seconds > 0) return lookAgainIn({ seconds: Math.min(seconds, LONGEST_SECONDS) });
    await context.transaction((tx) => this.erasure.erase(tx, userId, this.clock.now()));
    return settled;
  }
}
