import type { Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { DeploymentStarter } from '../deployments/deployment-starter.js';
import type { WorkloadRow } from './workload.js';

/** Other sizes are another release. */
@Injectable()
export class SizeReleases {
  constructor(
    private readonly apps: AppsRepository,
    private readonly starter: DeploymentStarter,
  ) {}

  /** Id of the deployment; null while nothing was deployed. `workload` was read under its row lock. */
  async start(tx: Tx, workload: WorkloadRow, by: Caller): Promise<string | null> {
    const app = workload.currentReleaseId === null ? undefined : await this.apps.find(tx, workload.appId);
    if (!app) return null;
    return (await this.starter.start(tx, workload, { app, source: { kind: 'scale' }, by })).id;
  }
}
