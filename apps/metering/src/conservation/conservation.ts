import { NotConserved, type Quantities } from '@berth/billing';
import { metric } from '@berth/contracts/metering';
import { Clock, Database, LOGGER, type Logger, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { isAfter, positionOf } from '../accepted-events/accepted-event.js';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { OpenPeriods } from '../invoices/open-periods.js';
import { AcceptedUsage } from './accepted-usage.js';
import { ConservationRepository, type Drift, type Unchecked } from './conservation.repository.js';

const BATCH = 200;
const PAGE = 1_000;

/**
 * Accepted usage is as much as its spans, these as much as the hourly totals, and these as much as what is rated and stands on
 * the lines of an invoice, to the last unit. Only what became known since it was compared last is compared, each workload in a
 * snapshot of the database, so that nothing waits for it.
 */
@Injectable()
export class Conservation {
  constructor(
    private readonly repository: ConservationRepository,
    private readonly events: AcceptedEventsRepository,
    private readonly periods: OpenPeriods,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Compares all that became known since the last time; answers everything that does not add up. */
  async check(): Promise<Drift[]> {
    for (let checked = 1; checked > 0;) checked = await this.checkSome();
    return this.drifts();
  }

  drifts(): Promise<Drift[]> {
    return this.repository.drifts(this.database);
  }

  /** Answers how many workloads were compared: none when there are none, or another replica is at it. */
  private async checkSome(): Promise<number> {
    const organizations: string[] = [];
    for (const id of await this.repository.unchecked(this.database.confined, BATCH)) {
      const organization = await this.inSnapshot((tx) => this.checkSpans(tx, id));
      if (organization !== undefined) organizations.push(organization);
    }
    for (const id of new Set(organizations)) await this.inSnapshot((tx) => this.checkRating(tx, id));
    return organizations.length;
  }

  private inSnapshot<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result | undefined> {
    return this.database.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      return (await this.repository.tryLock(tx)) ? work(tx) : undefined;
    });
  }

  /** Answers its organization. */
  private async checkSpans(tx: Tx, workloadId: string): Promise<string | undefined> {
    const workload = await this.repository.find(tx, workloadId);
    if (!workload) return undefined;
    const { organizationId, applied, checked } = workload;
    const accepted = await this.accepted(tx, workload);
    const [spans, totals] = [await this.repository.spans(tx, workload), await this.repository.totals(tx, workload)];
    const detail = differenceOf(accepted, spans, totals);
    if (detail) await this.note(tx, { subject: workloadId, organizationId, stage: 'spans', detail });
    else if (checked.version === 0) await this.repository.forget(tx, workloadId);
    await this.repository.checked(tx, workloadId, applied);
    return organizationId;
  }

  /** From the change that was compared last to the one that was applied last. */
  private async accepted(tx: Tx, { workloadId, checked, applied }: Unchecked): Promise<Quantities> {
    const before = { ...checked, version: Math.max(0, checked.version - 1) };
    const usage = new AcceptedUsage(before);
    let facts = await this.events.after(tx, workloadId, before, PAGE);
    for (let last = facts.at(-1); last; last = facts.at(-1)) {
      for (const fact of facts.filter((each) => !isAfter(positionOf(each), applied))) usage.add(fact);
      facts = await this.events.after(tx, workloadId, positionOf(last), PAGE);
    }
    return usage.sums();
  }

  private async checkRating(tx: Tx, organizationId: string): Promise<void> {
    try {
      await this.periods.rate(tx, organizationId, this.clock.now());
      await this.repository.forget(tx, organizationId);
    } catch (error) {
      if (!(error instanceof NotConserved)) throw error;
      await this.note(tx, { subject: organizationId, organizationId, stage: 'rating', detail: error.message });
    }
  }

  private async note(tx: Tx, drift: Drift): Promise<void> {
    this.logger.error({ ...drift }, 'usage is not conserved');
    await this.repository.note(tx, drift);
  }
}

function differenceOf(accepted: Quantities, spans: Quantities, totals: Quantities): string | undefined {
  const told = metric.options.filter((each) => new Set([accepted, spans, totals].map((all) => all[each])).size > 1);
  if (told.length === 0) return undefined;
  return told
    .map((each) => `${each}: accepted is ${accepted[each]}, spans are ${spans[each]}, hourly totals ${totals[each]}`)
    .join('; ');
}
