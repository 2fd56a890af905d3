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

  load(id: string): Promise<WorkloadView | undefined> {
    return this.database.together((sql) => this.read(sql, id));
  }

  private async read(sql: Sql, id: string): Promise<WorkloadView | undefined> {
    const [workload, active, placements, tasks, billed] = await Promise.all([
      this.workloads.find(sql, id),
      this.deployments.active(sql, id),
      this.placements.all(sql, id),
      this.tasks.onRuntime(sql, id),
      this.releases.billed(sql, id),
    ]);
    if (!workload) return undefined;
    const moving = active.find((each) => isMoving(each.status));
    const [target, former] = await Promise.all([
      this.release(sql, moving?.releaseId ?? workload.currentReleaseId),
      this.release(sql, moving && workload.currentReleaseId),
    ]);
    return {
      ...{ workload, moving, target, former, tasks, billed },
      next: active.find((each) => isReady(each)),
      elsewhere: placements.filter(({ state }) => state === 'arriving' || state === 'draining'),
      first: placements.find(({ state, isFirst }) => state === 'active' && isFirst),
      further: placements.filter(({ state, isFirst }) => state === 'active' && !isFirst),
    };
  }

  private async release(sql: Sql, id: string | null | undefined): Promise<Release | undefined> {
    return id ? this.releases.find(sql, id) : undefined;
  }
}

/** It has what its release is made of: a build result, or a source that needs no build. */
const isReady = (deployment: DeploymentRow): boolean =>
  !isMoving(deployment.status) && (deployment.buildId === null || deployment.buildResult !== null);
