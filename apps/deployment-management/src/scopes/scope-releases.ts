import type { Caller } from '@berth/access';
import type { ScopedChange } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigChanges } from '../config/config-changes.js';
import { isReplaceable } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { ConfigScopesRepository, type Scope } from './config-scopes.repository.js';
import { scopeErrors } from './scopes.errors.js';

type Started = ScopedChange['deployments'];
const MOST_WORKLOADS = 200;

export interface Reason {
  readonly applied: boolean;
  /** Ids of secret versions. */
  readonly revoked: readonly string[];
  readonly by: Caller;
  readonly pointer: string;
}

/** Brings the config of a scope to the workloads below it. The caller holds the lock of the scope. */
@Injectable()
export class ScopeReleases {
  constructor(
    private readonly scopes: ConfigScopesRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly configs: ConfigChanges,
  ) {}

  /**
   * Releases it to what is out of date, when that is `applied`, and to all that runs with what was `revoked`. No rollback
   * holds back either from then on. Everything is locked before anything is told: acts meet at the head of the audit chain,
   * and whoever holds that must wait for no workload.
   * @throws 422 when there are more workloads than one request can release
   */
  async release(tx: Tx, scope: Scope, why: Reason): Promise<Started> {
    const behind = why.applied ? await this.scopes.outOfDate(tx, scope) : [];
    const running = await this.scopes.runningWith(tx, scope, why.revoked);
    const holding = await this.scopes.holdingWith(tx, scope, why.revoked);
    const ids = [...new Set([...behind, ...running])];
    requireFewEnough(ids.length, why.pointer);
    const rows = await this.lockAll(tx, [...new Set([...ids, ...holding])].sort());
    await this.scopes.letGo(tx, [...rows.keys()], scope.kind);
    const started = [];
    for (const [id, workload] of rows)
      if (ids.includes(id)) started.push(...(await this.releaseOne(tx, workload, why.by, running.includes(id))));
    return started;
  }

  private async lockAll(tx: Tx, ids: readonly string[]): Promise<Map<string, WorkloadRow>> {
    const rows = new Map<string, WorkloadRow>();
    for (const id of ids) {
      const row = await this.workloads.lock(tx, id);
      if (row && row.deletedAt === null) rows.set(id, row);
    }
    return rows;
  }

  /**
   * What has yet to make its release gets the newest config anyway: nobody's build is cancelled for it. What was revoked is
   * not left running until a build has succeeded.
   */
  private async releaseOne(tx: Tx, workload: WorkloadRow, by: Caller, isUrgent: boolean): Promise<Started> {
    const coming = isUrgent ? null : await this.comingTo(tx, workload);
    const deploymentId = coming ?? (await this.configs.release(tx, workload, by));
    return deploymentId === null ? [] : [{ workloadId: workload.id, deploymentId }];
  }

  /** The deployment that has yet to make its release, or whose release has the newest of all scopes. */
  private async comingTo(tx: Tx, { id, scopeVersions }: WorkloadRow): Promise<string | null> {
    const next = (await this.deployments.active(tx, id)).find(
      ({ status, source }) => isReplaceable(status) && source.kind !== 'release',
    );
    return next?.id ?? this.scopes.bringing(tx, id, scopeVersions);
  }
}

function requireFewEnough(count: number, pointer: string): void {
  if (count <= MOST_WORKLOADS) return;
  const detail = `It would release ${count} workloads: at most ${MOST_WORKLOADS} are released at once. Take a nearer scope.`;
  throw scopeErrors.TooManyWorkloads(detail, { pointer });
}
