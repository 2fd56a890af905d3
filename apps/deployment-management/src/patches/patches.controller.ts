import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, podPatch, type PodPatch, processName } from '@berth/contracts/common';
import {
  type DryRun,
  dryRun,
  type PatchQuery,
  patchQuery,
  type WorkloadChange,
  workloadChange,
} from '@berth/contracts/deployment';
import { Answers, CONFIG } from '@berth/service-kit';
import { Body, Controller, Delete, Inject, Param, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Config } from '../config.js';
import type { Changed } from '../workloads/scaling.js';
import { toWorkload } from '../workloads/workload.js';
import { PatchesService } from './patches.service.js';

/** What the platform does not say about pods, said by whoever may. A workload shows its patches among its settings. */
@Controller('v1/workloads/:id/patches')
export class PatchesController {
  constructor(
    private readonly patches: PatchesService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The whole patch of a process type: what it does not say is as before any. Another patch is another release. */
  @Put(':process')
  @Requires('workloads:patch')
  @Answers(z.union([workloadChange, dryRun]))
  async setPatch(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('process', { schema: processName }) process: string,
    @Query({ schema: patchQuery }) query: PatchQuery,
    @Body({ schema: podPatch }) patch: PodPatch,
  ): Promise<WorkloadChange | DryRun> {
    if (query.dryRun) return this.patches.tried(caller, id, process, patch);
    return this.change(await this.patches.set(caller, id, process, patch));
  }

  @Delete(':process')
  @Requires('workloads:patch')
  @Answers(workloadChange)
  async unsetPatch(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('process', { schema: processName }) process: string,
  ): Promise<WorkloadChange> {
    return this.change(await this.patches.unset(caller, id, process));
  }

  private change({ workload, deploymentId }: Changed): WorkloadChange {
    return { workload: toWorkload(workload, this.config.APP_URL_TEMPLATE), deploymentId };
  }
}
