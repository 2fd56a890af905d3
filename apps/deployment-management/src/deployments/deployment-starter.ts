import type { App } from '@berth/contracts/deployment';
import { deploymentRequested, type BuildRequest, type DeploymentSource } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Actor, Changes, nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { deadlinesOf, type WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { type DeploymentRow, isReplaceable } from './deployment.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import { Transitions } from './transitions.js';

export interface StartInput {
  readonly app: App;
  readonly source: DeploymentSource;
  readonly by: Actor;
  /** Said in the answer, for instance that a revoked secret version was replaced. */
  readonly notes?: readonly string[];
}

/** Accepts a deployment: its row, what it supersedes, its deadline, its events and its place in the queue, all at once. */
@Injectable()
export class DeploymentStarter {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly transitions: Transitions,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** `workload` was read under its row lock. */
  async start(tx: Tx, workload: WorkloadRow, input: StartInput): Promise<DeploymentRow> {
    const build = this.buildRequest(workload, input);
    const deployment = await this.newRow(tx, workload, input, build);
    for (const older of await this.deployments.active(tx, workload.id)) {
      if (isReplaceable(older.status)) await this.transitions.supersede(tx, older, deployment, input.by);
    }
    await this.deployments.insert(tx, deployment);
    await this.transitions.begin(tx, workload, deployment, input.by);
    await this.tell(tx, workload, deployment, build);
    await this.queue.enqueue(tx, WORKLOADS, workload.id, { group: workload.organizationId });
    await this.act(tx, workload, deployment, input);
    return deployment;
  }

  private async newRow(
    tx: Tx,
    workload: WorkloadRow,
    input: StartInput,
    build: BuildRequest | null,
  ): Promise<DeploymentRow> {
    const { configVersion, processSettings, scopeVersions } = workload;
    return {
      id: this.mint.id(),
      workloadId: workload.id,
      organizationId: workload.organizationId,
      number: await this.workloads.nextNumber(tx, workload.id, 'deployments'),
      status: 'queued',
      source: input.source,
      buildId: build?.buildId ?? null,
      buildResult: null,
      imageDigest: null,
      askedSince: null,
      askAgainAt: null,
      releaseId: null,
      release: null,
      failure: null,
      outcome: null,
      notes: [...(input.notes ?? [])],
      base: input.source.kind === 'release' ? { configVersion, processSettings, scopeVersions } : null,
      canary: null,
      seen: null,
      createdBy: nameOf(input.by),
      createdAt: this.mint.now(),
      endedAt: null,
    };
  }

  private buildRequest(workload: WorkloadRow, { app, source }: StartInput): BuildRequest | null {
    const { rootFolder, installCommand, buildCommand } = app.build;
    const common = {
      buildId: this.mint.id(),
      settings: { rootFolder, installCommand, buildCommand, variables: {} },
      deadlineSeconds: deadlinesOf(workload).building,
    };
    if (source.kind === 'upload') return { ...common, source: { kind: 'upload', uploadId: source.uploadId } };
    if (source.kind !== 'git' || app.source.kind !== 'git') return null;
    return { ...common, source: { kind: 'git', url: app.source.url, ref: source.ref } };
  }

  private async tell(
    tx: Tx,
    workload: WorkloadRow,
    deployment: DeploymentRow,
    build: BuildRequest | null,
  ): Promise<void> {
    const { organizationId, projectId, environmentId, appId, id: workloadId } = workload;
    await this.changes.tell(tx, deploymentRequested, {
      subject: deployment.id,
      organizationId,
      partitionKey: workloadId,
      data: {
        organizationId,
        projectId,
        environmentId,
        appId,
        workloadId,
        deploymentId: deployment.id,
        source: deployment.source,
        build,
      },
    });
  }

  private async act(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, input: StartInput): Promise<void> {
    await this.changes.act(tx, {
      by: input.by,
      action: 'deployments:create',
      target: { kind: 'deployment', id: deployment.id },
      organizationId: workload.organizationId,
      detail: { workloadId: workload.id, source: deployment.source },
    });
  }
}
