import type { Caller, Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Deployment, DeploymentQuery } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Promotions } from '../canaries/promotions.js';
import { notFound } from '../not-found.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { Canceller } from './canceller.js';
import { DeploymentAnswers } from './deployment-answers.js';
import type { DeploymentRow } from './deployment.js';
import { DeploymentsRepository } from './deployments.repository.js';

interface Found {
  readonly row: DeploymentRow;
  readonly workload: WorkloadRow;
}

@Injectable()
export class DeploymentsService {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentsRepository,
    private readonly workloads: WorkloadAccess,
    private readonly canceller: Canceller,
    private readonly promotions: Promotions,
    private readonly answers: DeploymentAnswers,
  ) {}

  async cancel(caller: Caller, id: string): Promise<Deployment> {
    const { workload } = await this.find(caller, id, 'deployments:cancel');
    return this.database.transaction(async (tx) => {
      const locked = await this.workloads.lock(tx, workload.id);
      return this.answers.one(tx, await this.canceller.cancel(tx, locked, id, caller), locked.host);
    });
  }

  async promote(caller: Caller, id: string): Promise<Deployment> {
    const { workload } = await this.find(caller, id, 'deployments:create');
    return this.database.transaction(async (tx) => {
      const locked = await this.workloads.lock(tx, workload.id);
      return this.answers.one(tx, await this.promotions.promote(tx, locked, id, caller), locked.host);
    });
  }

  async get(caller: Caller, id: string): Promise<Deployment> {
    const { row, workload } = await this.find(caller, id, 'deployments:read');
    return this.answers.one(this.database, row, workload.host);
  }

  async list(caller: Caller, query: DeploymentQuery): Promise<Page<Deployment>> {
    const workload = await this.workloads.require(caller, query.workload, 'deployments:read');
    return this.answers.page(this.database.confined, query, workload.host);
  }

  /** @throws 404 when it does not exist or the caller may not know that it does */
  async find(caller: Caller, id: string, permission: Permission): Promise<Found> {
    const row = await this.deployments.find(this.database, id);
    if (!row) throw notFound();
    return { row, workload: await this.workloads.require(caller, row.workloadId, permission) };
  }
}
