import type { Failure, ProcessType } from '@berth/contracts/common';
import type { DryRun } from '@berth/contracts/deployment';
import type { DeploymentSource } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { ReleasePlans } from '../strategies/release-plans.js';
import { RuntimeState } from '../workloads/runtime-state.js';
import type { WorkloadRow } from '../workloads/workload.js';

const ASK_MILLISECONDS = 15_000;

interface Planned {
  readonly source: DeploymentSource;
  /** Of the release that it would make; undefined where that is not known yet. */
  readonly processes: readonly ProcessType[] | undefined;
}

/** What a deployment would be refused with, before anybody has asked for it: the same questions that it would ask. */
@Injectable()
export class ForeseenFailures {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly runtimes: Runtimes,
    private readonly plans: ReleasePlans,
    private readonly database: Database,
  ) {}

  /** The first of them; where nobody answers a question now, it is left open. */
  async in(workload: WorkloadRow, planned: Planned, dryRun: DryRun): Promise<DryRun> {
    const { notes, failure } = await this.atClusters(workload);
    return {
      ...dryRun,
      notes: [...dryRun.notes, ...notes],
      failure: failure ?? (await this.atRolling(workload, planned)) ?? null,
    };
  }

  private async atClusters(workload: WorkloadRow): Promise<{ notes: string[]; failure?: Failure | undefined }> {
    try {
      const failure = await this.runtime.protectionFailure(workload, AbortSignal.timeout(ASK_MILLISECONDS));
      return { notes: [], failure };
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      return { notes: [`Whether its visitors can be kept out as it is protected was not found out: ${error.message}`] };
    }
  }

  /** Its room in the quota, and whether it can be released as it is to be. */
  private async atRolling(workload: WorkloadRow, { source, processes }: Planned): Promise<Failure | undefined> {
    if (!processes) return undefined;
    const { canaries } = await this.runtimes.of(workload.id);
    const target = { processes: [...processes] };
    const plan = await this.database.transaction((tx) => this.plans.of(tx, workload, { source }, target, canaries));
    return plan.refusal;
  }
}
