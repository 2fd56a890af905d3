import type { Caller } from '@berth/access';
import type { SnapshotWorkload } from '@berth/contracts/deployment';
import { Database, DomainError } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type ResolvedSource, Sources } from '../deployments/sources.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { PlannedItem, SnapshotRow } from './snapshot.js';
import { SnapshotsRepository } from './snapshots.repository.js';

/** What is to happen to one workload, and what its deployment deploys if it gets one. */
export interface Step {
  readonly item: PlannedItem;
  readonly source: ResolvedSource | null;
}

/** Finds out, before anything happens, which workloads can go back to a snapshot, and why others cannot. */
@Injectable()
export class RollbackPlans {
  constructor(
    private readonly database: Database,
    private readonly snapshots: SnapshotsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly sources: Sources,
  ) {}

  /** In the order in which workloads are locked. */
  async of(caller: Caller, { environmentId, workloads: then }: SnapshotRow): Promise<readonly Step[]> {
    const now = await this.snapshots.workloadsOf(this.database, environmentId);
    const unchanged = await this.snapshots.unchangedAmong(this.database, then);
    const known = new Set(then.map(({ workloadId }) => workloadId));
    const steps = [];
    for (const past of then) steps.push(await this.stepOf(caller, past, unchanged.has(past.workloadId)));
    const newer = now.filter(({ workloadId }) => !known.has(workloadId));
    return [...steps, ...newer.map((each) => resting(each, 'untouched', 'It was not there then.'))];
  }

  private async stepOf(caller: Caller, past: SnapshotWorkload, isUnchanged: boolean): Promise<Step> {
    const workload = await this.workloads.find(this.database, past.workloadId);
    if (!workload || workload.deletedAt) return resting(past, 'impossible', 'It was deleted since.');
    if (past.release === null) return resting(past, 'untouched', 'Nothing of it was live then.');
    if (isUnchanged) return resting(past, 'unchanged', null);
    try {
      const source = await this.sources.resolve(caller, workload, { kind: 'release', number: past.release });
      return { source, item: itemOf(past, 'deploy', source.notes.join(' ') || null) };
    } catch (error) {
      if (!(error instanceof DomainError) || error.status !== 422) throw error;
      return resting(past, 'impossible', error.message);
    }
  }
}

const itemOf = (
  { workloadId, app, release }: SnapshotWorkload,
  plan: PlannedItem['plan'],
  message: string | null,
): PlannedItem => ({
  workloadId,
  app,
  release: plan === 'untouched' ? null : release,
  plan,
  deploymentId: null,
  message,
});

const resting = (of: SnapshotWorkload, plan: PlannedItem['plan'], message: string | null): Step => ({
  source: null,
  item: itemOf(of, plan, message),
});
