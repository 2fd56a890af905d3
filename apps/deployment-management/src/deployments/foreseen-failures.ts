import type { DryRun } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { RuntimeState } from '../workloads/runtime-state.js';
import type { WorkloadRow } from '../workloads/workload.js';

const ASK_MILLISECONDS = 15_000;

/** What a deployment would be refused with by its clusters, before anybody has asked for it. */
@Injectable()
export class ForeseenFailures {
  constructor(private readonly runtime: RuntimeState) {}

  /** The same question that the deployment would ask; where nobody answers it now, it is left open. */
  async in(workload: WorkloadRow, dryRun: DryRun): Promise<DryRun> {
    try {
      const failure = await this.runtime.protectionFailure(workload, AbortSignal.timeout(ASK_MILLISECONDS));
      return { ...dryRun, failure: failure ?? null };
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      const note = `Whether its visitors can be kept out as it is protected was not found out: ${error.message}`;
      return { ...dryRun, notes: [...dryRun.notes, note] };
    }
  }
}
