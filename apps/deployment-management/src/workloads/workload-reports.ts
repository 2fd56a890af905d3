import type { Failure } from '@berth/contracts/common';
import type { Condition } from '@berth/contracts/deployment';
import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import type { PlacementReport, PlacementRow } from '../clusters/placement.js';
import { VolumeUsage } from '../volumes/volume-usage.js';
import { type ConditionStatement, mergeConditions, sameConditions } from './conditions.js';
import { type FurtherLook, lackAmong } from './further-look.js';
import { placementReportOf, sameReport } from './placement-report.js';
import { PlacementReports } from './placement-reports.js';
import { judgeRollout, mayPass } from './rollout.js';
import { underLock } from './under-lock.js';
import { countedBeside, type WorkloadRow } from './workload.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

export interface Observation {
  readonly view: WorkloadView;
  readonly desired: DesiredWorkload | null;
  readonly observed: ObservedWorkload | null;
  /** Name of the cluster that was looked at; absent: the one that answers for the workload. */
  readonly cluster?: string;
  /** What was seen on the others. */
  readonly beside?: readonly FurtherLook[];
}

/** Writes down what was observed: conditions for people, the allocation for metering. Nothing when nothing changed. */
@Injectable()
export class WorkloadReports {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly allocations: Allocations,
    private readonly volumes: VolumeUsage,
    private readonly placements: PlacementReports,
    private readonly clock: Clock,
  ) {}

  async report(context: ReconcileContext, observation: Observation): Promise<void> {
    const { view, observed } = observation;
    const { workload, billed } = view;
    const conditions = mergeConditions(workload.conditions, [readiness(observation)], this.clock.now());
    const generation = observed?.observedGeneration ?? workload.observedGeneration;
    const isNew = view.first !== undefined && !sameReport(view.first.report, placementReportOf(observation));
    const changed =
      isNew || generation !== workload.observedGeneration || !sameConditions(workload.conditions, conditions);
    const news =
      this.volumes.isNews(workload, observed) ||
      (await this.allocations.isNews(this.database, { workload, observed, billed }));
    if (!changed && !news) return;
    await context.transaction((tx) => this.write(tx, observation, { generation, conditions }));
  }

  /** On a cluster beside the first, which may have been left since it was looked at. */
  async reportFurther(context: ReconcileContext, seen: Observation, at: PlacementRow): Promise<void> {
    const { view, observed, cluster } = seen;
    const report = placementReportOf(seen);
    const { workload, billed } = view;
    const isNew = !sameReport(at.report, report);
    if (!isNew && !(await this.allocations.isNews(this.database, { workload, cluster, observed, billed }))) return;
    await this.writeFurther(context, this.sinceSeen(seen, at), at, report);
  }

  /** Its cluster does not answer: what it used there ends when it was last certain, and counts again from when it is seen. */
  async reportSilence(context: ReconcileContext, view: WorkloadView, at: PlacementRow, message: string): Promise<void> {
    const seen = { view, desired: null, observed: null, cluster: at.cluster };
    const report = { phase: 'waiting' as const, message, proof: at.report?.proof ?? null };
    if (!sameReport(at.report, report)) await this.writeFurther(context, seen, at, report);
  }

  /** Its cluster does not take what is stated: what was found there goes on as it is. */
  async reportRefusal(context: ReconcileContext, seen: Observation, at: PlacementRow, message: string): Promise<void> {
    const report = { phase: 'failing' as const, message, proof: at.report?.proof ?? null };
    if (!sameReport(at.report, report)) await this.writeFurther(context, this.sinceSeen(seen, at), at, report);
  }

  /**
   * In the transaction that makes a release live its instances become part of the allocation. `now`: the workload under its
   * lock; of a cluster that it has left meanwhile nothing is recorded.
   */
  async recordAllocation(tx: Tx, seen: Observation, alsoBilled?: number, now = seen.view.workload): Promise<void> {
    const { view, observed } = seen;
    const cluster = seen.cluster ?? view.workload.cluster;
    const isFirst = cluster === now.cluster;
    if (!isFirst && !countedBeside(now).includes(cluster)) return;
    const live = new Set([...view.billed.live, ...(alsoBilled === undefined ? [] : [alsoBilled])]);
    const billed = { ...view.billed, live };
    await this.allocations.record(tx, { workload: now, ...(!isFirst && { cluster }), observed, billed });
  }

  /** Before it is taken away: it was there until now, so that its usage ends now and not at the last heartbeat. */
  async reportSeen(context: ReconcileContext, { view, observed, cluster }: Observation): Promise<void> {
    const { workload, billed } = view;
    await context.transaction(async (tx) => {
      await this.workloads.lock(tx, workload.id);
      if (cluster === undefined) return this.allocations.record(tx, { workload, observed, billed });
      return this.allocations.prolong(tx, { workload, cluster, observed, billed });
    });
  }

  /** The runtime lost it, which nobody asked for: its usage ends when it was last certain, before it is brought back. */
  async reportGone(context: ReconcileContext, { workload, billed }: WorkloadView, cluster?: string): Promise<void> {
    const sighting = { workload, observed: null, billed, cluster };
    if (!(await this.allocations.isNews(this.database, sighting))) return;
    await context.transaction(async (tx) => {
      await this.workloads.lock(tx, workload.id);
      await this.allocations.record(tx, sighting);
    });
  }

  /** It was taken off the runtime, and its volumes with it. */
  async reportVolumesGone(context: ReconcileContext, { workload }: WorkloadView): Promise<void> {
    if (workload.volumes.length === 0) return;
    await context.transaction(async (tx) => {
      const locked = await this.workloads.lock(tx, workload.id);
      if (locked) await this.volumes.recordGone(tx, locked);
    });
  }

  /** What ran there while nobody could look counts from now on, whenever it began. */
  private sinceSeen(seen: Observation, { report }: PlacementRow): Observation {
    const { observed } = seen;
    if (!observed || report?.phase !== 'waiting') return seen;
    return { ...seen, observed: { ...observed, changedAt: this.clock.now().toISOString() } };
  }

  private writeFurther(
    context: ReconcileContext,
    seen: Observation,
    at: PlacementRow,
    report: PlacementReport,
  ): Promise<void> {
    return underLock(context, this.workloads, seen.view.workload.id, async (tx, workload) => {
      await this.placements.set(tx, workload.id, at.id, report);
      await this.recordAllocation(tx, seen, undefined, workload);
    });
  }

  private async write(
    tx: Tx,
    observation: Observation,
    status: { generation: number; conditions: readonly Condition[] },
  ): Promise<void> {
    const { id } = observation.view.workload;
    const workload = await this.workloads.lock(tx, id);
    await this.workloads.report(tx, id, status.generation, status.conditions);
    await this.recordAllocation(tx, observation, undefined, workload);
    const { first } = observation.view;
    if (first) await this.placements.set(tx, id, first.id, placementReportOf(observation));
    if (workload) await this.volumes.record(tx, workload, observation.observed);
  }
}

function readiness({ view, desired, observed, beside = [] }: Observation): ConditionStatement {
  if (view.workload.isClusterGone)
    return { type: 'Ready', status: 'false', reason: 'ClusterRemoved', message: clusterRemoved(view.workload) };
  if (!desired) return { type: 'Ready', status: 'false', reason: 'NeverDeployed', message: 'Nothing was deployed yet' };
  if (view.workload.isAsleep)
    return { type: 'Ready', status: 'false', reason: 'Asleep', message: 'Its environment sleeps' };
  if (view.workload.state === 'stopped')
    return { type: 'Ready', status: 'false', reason: 'Stopped', message: 'It is stopped' };
  const rollout = judgeRollout(desired, observed);
  switch (rollout.kind) {
    case 'rolled':
      return readyUnless(lackAmong(beside), desired);
    case 'progressing':
      return { type: 'Ready', status: 'false', reason: reasonToWait(rollout.hindrance), message: rollout.message };
    case 'failed':
      return {
        type: 'Ready',
        status: 'false',
        reason: reasonOf(rollout.failure.cause),
        message: rollout.failure.message,
      };
  }
}

const readyUnless = (lack: string | undefined, { release }: DesiredWorkload): ConditionStatement =>
  lack === undefined
    ? { type: 'Ready', status: 'true', reason: 'AllReady', message: `v${release.number} serves with all its instances` }
    : { type: 'Ready', status: 'false', reason: 'PlacementNotReady', message: lack };

/** What is said of a workload whose cluster was removed. */
export const clusterRemoved = ({ cluster }: Pick<WorkloadRow, 'cluster'>): string =>
  `Its cluster is gone (${cluster}): delete its volumes if it has any, and move it to another`;

/** Not of what may be chance: it comes and goes while an instance starts. */
const reasonToWait = (hindrance: Failure | undefined): string =>
  hindrance && mayPass(hindrance) ? reasonOf(hindrance.cause) : 'Progressing';

const reasonOf = (cause: string): string =>
  cause.replace(/(^|_)([a-z])/g, (_match, _line, letter: string) => letter.toUpperCase());
