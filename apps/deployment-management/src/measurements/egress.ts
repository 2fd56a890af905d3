import { egressMeasured } from '@berth/contracts/events';
import type { EgressCounts } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Database, LOGGER, type Logger, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { ClusterPointer } from '../clusters/cluster.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { EgressRepository } from './egress.repository.js';
import { hourOf } from './measured-use.js';

const PAGE = 200;
/** So many counts are accepted at once: a request has its limit, the number of workloads none. */
const MOST_ACCEPTED = 10_000;
const HOUR = 3_600_000;
/** Whoever visits a workload reaches its instances of this process type. */
const VISITED = 'web';

/** Follows the counters of what leaves for visitors, and tells each hour once, when it is over. */
@Injectable()
export class Egress {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly database: Database,
    private readonly meters: EgressRepository,
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One look at the counters. What a runtime counted and lost before it was looked at is charged to nobody. */
  async take(cluster: ClusterPointer, context: ReconcileContext): Promise<void> {
    const counts = await this.ask(cluster, context.signal);
    if (!counts) return;
    const now = this.mint.now();
    const ids = counts.items.map(() => this.mint.id());
    await context.transaction(async (tx) => {
      if (await this.meters.isFirstInEpoch(tx, cluster.id))
        return this.meters.takeOver(tx, cluster.id, counts, now, ids);
      return this.meters.add(tx, cluster.id, counts, hourOf(now), ids);
    });
    await this.accept(cluster, counts, context.signal);
  }

  /** Tells the hours that are over, before what was seen later is added; of a cluster that is gone, all that was seen. */
  async tell(clusterId: string, isGone: boolean, context: ReconcileContext): Promise<void> {
    const before = isGone ? null : hourOf(this.mint.now());
    for (;;) {
      const due = await this.meters.due(this.database, clusterId, before, PAGE);
      for (const meterId of due) await context.transaction((tx) => this.tellMeter(tx, clusterId, meterId));
      if (due.length < PAGE) break;
    }
    if (isGone) await context.transaction((tx) => this.meters.forget(tx, clusterId));
  }

  private async tellMeter(tx: Tx, cluster: string, meterId: string): Promise<void> {
    const untold = await this.meters.untold(tx, meterId);
    if (!untold) return;
    const { organizationId, since, ...data } = untold;
    const until = untilOf(since, this.mint.now());
    await this.meters.setTold(tx, meterId, until);
    await this.changes.tell(tx, egressMeasured, {
      ...{ subject: meterId, organizationId },
      data: {
        ...{ ...data, organizationId, cluster, processType: VISITED },
        ...{ from: since.toISOString(), to: until.toISOString() },
      },
    });
  }

  /** After the commit. What the runtime does not hear of it tells again, under the same ids, and that adds nothing. */
  private async accept(cluster: ClusterPointer, { items }: EgressCounts, signal: AbortSignal): Promise<void> {
    try {
      const runtime = await this.runtimes.at(cluster);
      for (let from = 0; from < items.length; from += MOST_ACCEPTED)
        await runtime.acceptEgress({ items: items.slice(from, from + MOST_ACCEPTED) }, signal);
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      this.logger.warn({ err: error, clusterId: cluster.id }, 'counts of what left are written down, and told again');
    }
  }

  private async ask(cluster: ClusterPointer, signal: AbortSignal): Promise<EgressCounts | null> {
    try {
      return await (await this.runtimes.at(cluster)).egress(signal);
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      this.logger.warn(
        { err: error, clusterId: cluster.id },
        'what left for visitors could not be read: it is counted later',
      );
      return null;
    }
  }
}

/** The end of its hour, or now while that is to come; never nothing. */
function untilOf(since: Date, now: Date): Date {
  const end = hourOf(since).getTime() + HOUR;
  return new Date(Math.max(since.getTime() + 1, Math.min(end, now.getTime())));
}
