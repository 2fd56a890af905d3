import { moveTo } from '@berth/billing';
import { workloadAllocationSnapshot } from '@berth/contracts/events';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedAllocation,
  type AllocationEvent,
  beginning,
  follows,
  isAfter,
} from '../accepted-events/accepted-event.js';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { requireBelievable } from '../accepted-events/refusal.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { anomaliesOf } from './anomalies.js';
import { type MeteredWorkload, MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { SpansRepository } from './spans.repository.js';

/**
 * The spans of a workload are a function of the set of its accepted events, whatever their order of arrival: facts are
 * applied in the order of their versions, and one that arrives late makes all of them be applied anew.
 */
@Injectable()
export class SpansService {
  constructor(
    private readonly events: AcceptedEventsRepository,
    private readonly workloads: MeteredWorkloadsRepository,
    private readonly spans: SpansRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws Refused when the event is not to be believed */
  async accept(tx: Tx, event: AllocationEvent): Promise<void> {
    const { workloadId, organizationId, allocationVersion: version } = event.data;
    const effectiveAt = new Date(event.data.effectiveAt);
    requireBelievable(event, effectiveAt, this.clock.now());
    const position = { epoch: event.epoch, version };
    const isSnapshot = event.type === workloadAllocationSnapshot.type;
    const workload = await this.workloads.lock(tx, { workloadId, organizationId, position, isHeard: !isSnapshot });
    const isNews = await this.events.append(tx, event);
    const fact = { ...position, isSnapshot, time: new Date(event.time), data: event.data };
    const advanced = await this.follow(tx, workload, fact, isNews);
    await this.noteBilling(tx, { before: workload, after: advanced, effectiveAt });
    if (workload.hasGap || isAfter(workload.seen, advanced)) await this.workloads.noteGap(tx, workloadId);
  }

  private async follow(tx: Tx, workload: MeteredWorkload, fact: AcceptedAllocation, isNews: boolean) {
    if (isNews && isAfter(workload, fact)) return this.advance(tx, await this.restart(tx, workload));
    // The usual event is the very next one: there is no need to look for what comes next.
    const isNext = isNews && !fact.isSnapshot && follows(workload, fact);
    return this.advance(tx, isNext ? await this.apply(tx, workload, fact) : workload);
  }

  /** Applies everything that follows without a hole, and over a hole what a snapshot says. */
  private async advance(tx: Tx, from: MeteredWorkload): Promise<MeteredWorkload> {
    let workload = from;
    while (isAfter(workload.seen, workload) || workload.hasGap) {
      const next = await this.events.next(tx, workload.workloadId, workload);
      if (!next) break;
      workload = await this.apply(tx, workload, next);
    }
    return workload;
  }

  private async apply(tx: Tx, workload: MeteredWorkload, next: AcceptedAllocation): Promise<MeteredWorkload> {
    for (const anomaly of anomaliesOf(workload, next)) await this.workloads.noteAnomaly(tx, workload, anomaly);
    const open = workload.runs ? await this.spans.open(tx, workload.workloadId) : [];
    const move = moveTo(open, next.data.entries, new Date(next.data.effectiveAt), workload.effectiveAt);
    const { epoch, version } = next;
    await this.spans.move(tx, next.data, move, { epoch, version });
    return { ...workload, epoch, version, effectiveAt: move.at, runs: next.data.entries.length > 0 };
  }

  /** What changes a time that may be billed already is noted, so that it will be corrected. */
  private async noteBilling(
    tx: Tx,
    { before, after, effectiveAt }: { before: MeteredWorkload; after: MeteredWorkload; effectiveAt: Date },
  ): Promise<void> {
    const { organizationId, openSince } = before;
    if (!openSince) await this.accounts.ensure(tx, organizationId, effectiveAt);
    const isBilled = !openSince || effectiveAt < openSince;
    if (isBilled && after !== before) await this.accounts.noteChange(tx, organizationId, effectiveAt);
  }

  private async restart(tx: Tx, workload: MeteredWorkload): Promise<MeteredWorkload> {
    await this.spans.removeAll(tx, workload.workloadId);
    await this.workloads.forgetAnomalies(tx, workload.workloadId);
    return { ...workload, ...beginning, effectiveAt: null, runs: false };
  }
}
