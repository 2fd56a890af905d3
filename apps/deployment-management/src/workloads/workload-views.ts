import type { Release } from '@berth/contracts/deployment';
import { Database, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { BilledReleases } from '../allocations/allocation.js';
import type { PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { type DeploymentRow, isMoving } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import type { TaskRow } from '../tasks/task.js';
import { TasksRepository } from '../tasks/tasks.repository.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** Everything that one pass of the reconciler decides from. */
export interface WorkloadView {
  readonly workload: WorkloadRow;
  /** The deployment whose instances may be on the runtime. */
  readonly moving: DeploymentRow | undefined;
  /** The deployment that may begin to move as soon as no other does. */
  readonly next: DeploymentRow | undefined;
  /** What should run: the moving deployment's release, else the current one. */
  readonly target: Release | undefined;
  /** The release that was live when the moving deployment began; undefined when none moves or none was. */
  readonly former: Release | undefined;
  /** What the runtime may hold something of. */
  readonly tasks: readonly TaskRow[];
  /** Where it is on its way to, or from. */
  readonly elsewhere: readonly PlacementRow[];
  /** What answers for it. */
  readonly first: PlacementRow | undefined;
  /** Where it stands beside that. */
  readonly further: readonly PlacementRow[];
  readonly billed: BilledReleases;
}

@Injectable()
export class WorkloadViews {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly releases: ReleasesRepository,
    private readonly tasks: TasksRepository,
    private readonly placements: PlacementsRepository,
  ) {}

  async load(id: string): Promise<WorkloadView | undefined> {
    const sql: Sql = this.database;
    const workload = await this.workloads.find(sql, id);
    if (!workload) return undefined;
    const active = await this.deployments.active(sql, id);
    const moving = active.find((each) => isMoving(each.status));
    const targetId = moving?.releaseId ?? workload.currentReleaseId;
    const formerId = moving && workload.currentReleaseId;
    const placements = await this.placements.all(sql, id);
    return {
      workload,
      moving,
      next: active.find((each) => isReady(each)),
      target: targetId === null ? undefined : await this.releases.find(sql, targetId),
      former: formerId ? await this.releases.find(sql, formerId) : undefined,
      tasks: await this.tasks.onRuntime(sql, id),
      elsewhere: placements.filter(({ state }) => state === 'arriving' || state === 'draining'),
      first: placements.find(({ state, isFirst }) => state === 'active' && isFirst),
      further: placements.filter(({ state, isFirst }) => state === 'active' && !isFirst),
      billed: await this.releases.billed(sql, id),
    };
  }
}

/** It has what its release is made of: a build result, or a source that needs no build. */
const isReady = (deployment: DeploymentRow): boolean =>
  !isMoving(deployment.status) && (deployment.buildId === null || deployment.buildResult !== null);
