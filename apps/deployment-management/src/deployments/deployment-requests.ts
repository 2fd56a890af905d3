import type { Caller } from '@berth/access';
import type { CreateDeployment, Deployment } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Strategies } from '../strategies/strategies.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { DeploymentAnswers } from './deployment-answers.js';
import { DeploymentStarter } from './deployment-starter.js';
import { Sources } from './sources.js';

/** What a caller wants deployed, checked and accepted. */
@Injectable()
export class DeploymentRequests {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly sources: Sources,
    private readonly strategies: Strategies,
    private readonly starter: DeploymentStarter,
    private readonly answers: DeploymentAnswers,
  ) {}

  async create(
    caller: Caller,
    workloadId: string,
    body: CreateDeployment,
    precondition?: Precondition,
  ): Promise<Deployment> {
    const workload = await this.workloads.require(caller, workloadId, 'deployments:create');
    if (body.source.kind !== 'release')
      await this.strategies.require(this.database, workload, workload.strategy, '/source/kind');
    const resolved = await this.sources.resolve(caller, workload, body.source);
    return this.database.transaction(async (tx) => {
      const locked = await this.workloads.lock(tx, workloadId, precondition);
      const started = await this.starter.start(tx, locked, { ...resolved, by: caller });
      return this.answers.one(tx, started, locked.host);
    });
  }
}
