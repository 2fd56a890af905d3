import type { Caller } from '@berth/access';
import type { AccountDeletion } from '@berth/contracts/identity';
import { WorkQueue } from '@berth/reconcile';
import { Clock, CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { AccountClosure } from './account-closure.js';
import { ERASURE_QUEUE } from './account-erasure.reconciler.js';
import { SoleOwnership } from './sole-ownership.js';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** What somebody does who wants to go. Logging in takes it back, until the account is erased. */
@Injectable()
export class AccountsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(SoleOwnership) private readonly ownership: SoleOwnership,
    @Inject(AccountClosure) private readonly closure: AccountClosure,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws DomainError 409 `sole_owner` */
  async deactivate(caller: Caller): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.ownership.refuse(tx, caller.subjectId);
      await this.closure.close(tx, caller.subjectId, { by: caller, state: 'deactivated', reason: 'by its owner' });
    });
  }

  /** @throws DomainError 409 `sole_owner` */
  async delete(caller: Caller): Promise<AccountDeletion> {
    const graceDays = this.config.ACCOUNT_GRACE_DAYS;
    const eraseAt = new Date(this.clock.now().getTime() + graceDays * DAY_MS);
    await this.database.transaction(async (tx) => {
      await this.ownership.refuse(tx, caller.subjectId);
      const closure = { by: caller, state: 'deactivated' as const, reason: 'to be erased', eraseAt };
      await this.closure.close(tx, caller.subjectId, closure);
      await this.queue.enqueue(tx, ERASURE_QUEUE, caller.subjectId, { afterSeconds: graceDays * DAY_SECONDS });
    });
    return { erasedAt: eraseAt.toISOString() };
  }
}
