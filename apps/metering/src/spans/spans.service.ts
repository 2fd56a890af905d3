import { moveTo } from '@berth/billing';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedAllocation,
  type AllocationEvent,
  beginning,
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
    const workload = await this.workloads.lock(tx, workloadId, organizationId);
    const isNews = await this.events.append(tx, event);
    const position = { epoch: event.epoch, version };
    await this.workloads.see(tx, workloadId, position);
    const isLate = isNews && isAfter(workload, position);
    const advanced = await this.advance(tx, isLate ? await this.restart(tx, workload) : workload);
    if (workload.effectiveAt === null) await this.accounts.ensure(tx, organizationId, effectiveAt);
    if (isLate || isAfter(advanced, workload)) await this.accounts.noteChange(tx, organizationId, effectiveAt);
    await this.workloads.noteGap(tx, workloadId);
  }

  /** Applies everything that follows without a hole, and over a hole what a snapshot says. */
  private async advance(tx: Tx, from: MeteredWorkload): Promise<MeteredWorkload> {
    let workload = from;
    for (;;) {
      const next = await this.events.next(tx, workload.workloadId, workload);
      if (!next) break;
      workload = await this.apply(tx, workload, next);
    }
    await this.workloads.advance(tx, workload);
    return workload;
  }

  private async apply(tx: Tx, workload: MeteredWorkload, next: AcceptedAllocation): Promise<MeteredWorkload> {
    for (const anomaly of anomaliesOf(workload, next)) await this.workloads.noteAnomaly(tx, workload, anomaly);
    const open = await this.spans.open(tx, workload.workloadId);
    const move = moveTo(open, next.data.entries, new Date(next.data.effectiveAt), workload.effectiveAt);
    await this.spans.move(tx, next.data, move);
    return {
      ...workload,
      epoch: next.epoch,
      version: next.version,
      effectiveAt: move.at,
      runs: next.data.entries.length > 0,
    };
  }

  private async restart(tx: Tx, workload: MeteredWorkload): Promise<MeteredWorkload> {
    await this.spans.removeAll(tx, workload.workloadId);
    await this.workloads.forgetAnomalies(tx, workload.workloadId);
    return { ...workload, ...beginning, effectiveAt: null, runs: false };
  }
}
