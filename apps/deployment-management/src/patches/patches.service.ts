import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@berth/access';
import type { PodPatch } from '@berth/contracts/common';
import type { DryRun } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Changed } from '../workloads/scaling.js';
import { SizeReleases } from '../workloads/size-releases.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { withPatch } from './patch.js';
import { PatchTrials } from './patch-trials.js';

/** Patches are settings of process types: one that changes makes a release, and a rollback brings back that of its release. */
@Injectable()
export class PatchesService {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly workloads: WorkloadsRepository,
    private readonly trials: PatchTrials,
    private readonly writer: WorkloadWriter,
    private readonly releases: SizeReleases,
  ) {}

  /** @throws 422 when the process type cannot have it, or the cluster would not take it; 503 when that cannot be asked */
  async set(
    caller: Caller,
    id: string,
    process: string,
    patch: PodPatch,
    precondition?: Precondition,
  ): Promise<Changed> {
    const workload = await this.access.require(caller, id, 'workloads:patch');
    await this.trials.require(workload, process, patch);
    return this.change(caller, id, { process, patch }, precondition);
  }

  async unset(caller: Caller, id: string, process: string, precondition?: Precondition): Promise<Changed> {
    await this.access.require(caller, id, 'workloads:patch');
    return this.change(caller, id, { process, patch: null }, precondition);
  }

  /** As `set`, but nothing is stored: what would change. */
  async tried(caller: Caller, id: string, process: string, patch: PodPatch): Promise<DryRun> {
    const workload = await this.access.require(caller, id, 'workloads:patch');
    return this.trials.require(workload, process, patch);
  }

  private change(
    by: Caller,
    id: string,
    { process, patch }: { readonly process: string; readonly patch: PodPatch | null },
    precondition?: Precondition,
  ): Promise<Changed> {
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id, precondition);
      const settings = withPatch(workload.processSettings, process, patch);
      if (isDeepStrictEqual(settings, workload.processSettings)) return { workload, deploymentId: null };
      await this.workloads.setProcessSettings(tx, id, settings);
      await this.access.partChanged(tx, id);
      const act = { by, action: 'workloads:patch', detail: { process, patch } } as const;
      const changed: WorkloadRow = await this.writer.changed(tx, workload, act);
      return { workload: changed, deploymentId: await this.releases.start(tx, changed, by) };
    });
  }
}
