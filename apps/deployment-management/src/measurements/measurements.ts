import { workloadUsageMeasured } from '@berth/contracts/events';
import { type Measurement, RELEASE_PROCESS } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { ClusterPointer } from '../clusters/cluster.js';
import type { Config } from '../config.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { coveredSince, hourOf, usesOf } from './measured-use.js';
import { partOf } from '../vertical/vertical.js';
import { type DueHour, MeasurementsRepository } from './measurements.repository.js';

const PAGE = 200;

/** Sums up what instances are seen to use, and tells it when an hour is over: beside what they were allocated, never instead. */
@Injectable()
export class Measurements {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly database: Database,
    private readonly measured: MeasurementsRepository,
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** One sample. A cluster that cannot be asked leaves a gap. */
  async take(cluster: ClusterPointer, context: ReconcileContext): Promise<void> {
    const sample = await this.ask(cluster, context.signal);
    if (!sample) return;
    const at = this.mint.now();
    await context.transaction(async (tx) => {
      const last = await this.measured.lastRound(tx, cluster.id);
      const since = coveredSince(last, at, this.config.MEASURE_SECONDS);
      await this.measured.add(tx, cluster.id, usesOf(sample, since, at));
      await this.measured.addPeaks(tx, sample, partOf(at, this.config.VERTICAL_WINDOW_SECONDS));
      await this.measured.setRound(tx, cluster.id, at);
    });
  }

  /** Tells the hours that are over; of a cluster that is gone, all that was seen. */
  async tell(clusterId: string, isGone: boolean, context: ReconcileContext): Promise<void> {
    const before = isGone ? null : hourOf(this.mint.now());
    for (;;) {
      const due = await this.measured.due(this.database, clusterId, before, PAGE);
      // One by one: whoever tells of several workloads at once may meet another who does.
      for (const each of due) await context.transaction((tx) => this.tellHour(tx, clusterId, each));
      if (due.length < PAGE) return;
    }
  }

  private async tellHour(tx: Tx, clusterId: string, due: DueHour): Promise<void> {
    const seen = await this.measured.take(tx, clusterId, due);
    if (!seen) return;
    const { workloadId, hour } = due;
    await this.changes.tell(tx, workloadUsageMeasured, {
      ...{ subject: workloadId, organizationId: seen.organizationId },
      data: { ...seen, workloadId, hour: hour.toISOString() },
    });
  }

  /** Release commands belong to their deployments: nothing is allocated for them. */
  private async ask(cluster: ClusterPointer, signal: AbortSignal): Promise<Measurement[] | undefined> {
    try {
      const sample = await (await this.runtimes.at(cluster)).measure(signal);
      return sample.filter(({ processType }) => processType !== RELEASE_PROCESS);
    } catch (error) {
      if (error instanceof RuntimeUnavailable) return undefined;
      throw error;
    }
  }
}
