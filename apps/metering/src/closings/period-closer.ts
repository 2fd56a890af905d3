import { Database, isInfrastructureError, LOGGER, type Logger, Rounds, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { lockOrganization } from '../accepted-events/organization-lock.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { ClosingClock } from './closing-clock.js';
import { type Closed, Closing } from './closing.js';
import { openPeriod } from '../invoices/invoice-drafts.js';
import { closingErrors } from './closings.errors.js';

const EVERY = 60_000;
const BATCH = 100;
/** Until a period that something hinders is looked at again. */
const HINDERED = 600_000;

/** Closes each period some days after it is over; of all replicas one does it. */
@Injectable()
export class PeriodCloser implements OnApplicationBootstrap {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly periods: Closing,
    private readonly database: Database,
    private readonly clock: ClosingClock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.every(EVERY, 'periods could not be closed', (ending) => this.closeDue(ending));
  }

  /** Closes everything that is due, one period after the other, until the service ends: on the first of a month that is much. */
  async closeDue(ending?: AbortSignal): Promise<void> {
    while (!ending?.aborted) {
      const due = await this.accounts.due(this.database.confined, BATCH);
      if (due.length === 0) return;
      await this.lookAtEach(due, ending);
    }
  }

  /**
   * Closes a period that is over at once, without waiting for late events.
   * @throws DomainError 409 when it is not over or something hinders it
   */
  closeNow(organizationId: string): Promise<string | null> {
    return this.database.transaction(async (tx) => {
      await lockOrganization(tx, organizationId);
      const account = await this.accounts.lock(tx, organizationId);
      if (!account || openPeriod(account).to > this.clock.now())
        throw closingErrors.PeriodNotOver('The period that is open is not over.');
      const closed = await this.periods.close(tx, account);
      if ('blocked' in closed) throw closingErrors.PeriodBlocked(closed.blocked);
      return closed.invoiceId;
    });
  }

  private async lookAtEach(organizations: readonly string[], ending?: AbortSignal): Promise<void> {
    for (const organizationId of organizations) {
      if (ending?.aborted) return;
      await this.tryToLook(organizationId);
    }
  }

  /** One organization that cannot be billed does not hold up the others. */
  private async tryToLook(organizationId: string): Promise<void> {
    try {
      await this.database.transaction((tx) => this.look(tx, organizationId));
    } catch (error) {
      if (isInfrastructureError(error)) throw error;
      this.logger.error({ err: error, organizationId }, 'closing a period failed');
      await this.database.transaction((tx) => this.hinder(tx, organizationId, { blocked: 'internal: see the log' }));
    }
  }

  private async look(tx: Tx, organizationId: string): Promise<void> {
    await lockOrganization(tx, organizationId);
    const account = await this.accounts.lock(tx, organizationId);
    if (!account || !(await this.accounts.isDue(tx, organizationId))) return;
    const now = this.clock.now();
    const dueAt = this.clock.graceEnd(openPeriod(account).to);
    if (now < dueAt) return this.accounts.lookAgain(tx, organizationId, dueAt, null);
    const closed = await this.periods.close(tx, account);
    if ('blocked' in closed) await this.hinder(tx, organizationId, closed);
  }

  private async hinder(
    tx: Tx,
    organizationId: string,
    { blocked }: Extract<Closed, { blocked: string }>,
  ): Promise<void> {
    this.logger.warn({ organizationId, blocked }, 'a period cannot be closed');
    const again = new Date(this.clock.now().getTime() + HINDERED);
    await this.accounts.lookAgain(tx, organizationId, again, blocked);
  }
}
