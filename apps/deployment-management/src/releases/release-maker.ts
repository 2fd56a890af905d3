import type { Release } from '@berth/contracts/deployment';
import type { DeploymentSource } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { processTypesFor, type ReleaseContent, releaseHash } from './release.js';
import { ReleasesRepository } from './releases.repository.js';

/** Thrown when a deployment names a release that is not there, or the workload has none to take from. */
export class ReleaseMissing extends Error {}

/** Turns what a deployment deploys into the content of a release, and content into the next release of a workload. */
@Injectable()
export class ReleaseMaker {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly configs: ConfigVersionsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly mint: Mint,
  ) {}

  /** Null while the build has not given a result. @throws ReleaseMissing */
  async contentOf(
    sql: Sql,
    workload: WorkloadRow,
    deployment: Pick<DeploymentRow, 'source' | 'buildResult'>,
  ): Promise<ReleaseContent | null> {
    const { source, buildResult } = deployment;
    switch (source.kind) {
      case 'git':
      case 'upload':
        return buildResult && this.built(sql, workload, buildResult);
      case 'release':
        return { ...(await this.release(sql, workload.id, source.number)), reason: `rollback to v${source.number}` };
      case 'promote':
        return this.promoted(sql, workload, source);
      case 'config':
      case 'scale':
        return this.renewed(sql, workload, source.kind === 'config' ? 'config' : 'sizes');
      case 'artifact':
        throw new ReleaseMissing('Deploying an artifact by its digest is not supported yet.');
    }
  }

  /** The caller holds the workload's row lock. */
  async make(tx: Tx, workload: WorkloadRow, content: ReleaseContent, createdBy: string): Promise<Release> {
    const { artifact, commit, configVersion, configHash, processes, reason } = content;
    const release: Release = {
      id: this.mint.id(),
      workloadId: workload.id,
      organizationId: workload.organizationId,
      number: await this.workloads.nextNumber(tx, workload.id, 'releases'),
      hash: releaseHash(artifact, configHash, processes),
      ...{ artifact, commit, configVersion, configHash, processes, reason },
      wasLive: false,
      createdBy,
      createdAt: this.mint.instant(),
    };
    await this.releases.insert(tx, release);
    return release;
  }

  private async built(
    sql: Sql,
    workload: WorkloadRow,
    result: NonNullable<DeploymentRow['buildResult']>,
  ): Promise<ReleaseContent> {
    const processes = processTypesFor(result.processes, workload.processSettings);
    return {
      artifact: result.artifact,
      commit: result.commit,
      processes,
      reason: 'deploy',
      ...(await this.newestConfig(sql, workload)),
    };
  }

  private async promoted(
    sql: Sql,
    workload: WorkloadRow,
    source: DeploymentSource & { kind: 'promote' },
  ): Promise<ReleaseContent> {
    const from = await this.release(sql, source.workloadId, source.number);
    const processes = processTypesFor(from.processes, workload.processSettings);
    const { artifact, commit } = from;
    return { artifact, commit, processes, reason: 'promotion', ...(await this.newestConfig(sql, workload)) };
  }

  private async renewed(sql: Sql, workload: WorkloadRow, reason: string): Promise<ReleaseContent> {
    if (workload.currentRelease === null) throw new ReleaseMissing('Nothing is live yet: deploy first.');
    const current = await this.release(sql, workload.id, workload.currentRelease);
    const processes = current.processes.map((type) => ({ ...type, ...workload.processSettings[type.name] }));
    return {
      artifact: current.artifact,
      commit: current.commit,
      processes,
      reason,
      ...(await this.newestConfig(sql, workload)),
    };
  }

  private async newestConfig(
    sql: Sql,
    workload: WorkloadRow,
  ): Promise<Pick<ReleaseContent, 'configVersion' | 'configHash'>> {
    const { number, hash } = await this.configs.newest(sql, workload.id);
    return { configVersion: number, configHash: hash };
  }

  private async release(sql: Sql, workloadId: string, number: number): Promise<Release> {
    const release = await this.releases.findByNumber(sql, workloadId, number);
    if (!release) throw new ReleaseMissing(`There is no release v${number}.`);
    return release;
  }
}
