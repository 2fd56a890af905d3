import type { ProcessType } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { DeploymentSource } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { hashOfEntries } from '../config/config-version.js';
import { EffectiveConfigs } from '../config/effective-configs.js';
import { ConfigWriter } from '../config/config-writer.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { resolvedImage } from '../registries/image-name.js';
import { pinnedImage } from '../runtime/image-reference.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import {
  isForeignImage,
  processesOfImage,
  processTypesFor,
  type ReleaseContent,
  releaseHash,
  resettled,
  withReleaseCommand,
} from './release.js';
import { ReleasesRepository } from './releases.repository.js';
import { Rollbacks } from './rollbacks.js';

/** Thrown when a deployment names what is not there, or the workload has none to take from. */
export class ReleaseMissing extends Error {}

/** Turns what a deployment deploys into the content of a release, and content into the next release of a workload. */
@Injectable()
export class ReleaseMaker {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly configs: EffectiveConfigs,
    private readonly configWriter: ConfigWriter,
    private readonly workloads: WorkloadsRepository,
    private readonly rollbacks: Rollbacks,
    private readonly mint: Mint,
  ) {}

  /** What is live; undefined while nothing is. */
  async currentOf(sql: Sql, { currentReleaseId }: WorkloadRow): Promise<Release | undefined> {
    return currentReleaseId === null ? undefined : this.releases.find(sql, currentReleaseId);
  }

  /** Null while the build has not given a result, or the registry has not said what a tag means. @throws ReleaseMissing */
  async contentOf(
    sql: Sql,
    workload: WorkloadRow,
    deployment: Pick<DeploymentRow, 'source' | 'buildResult' | 'imageDigest'>,
  ): Promise<ReleaseContent | null> {
    const { source, buildResult, imageDigest } = deployment;
    switch (source.kind) {
      case 'git':
      case 'upload':
        return buildResult && this.built(sql, workload, buildResult);
      case 'image':
        return this.fromImage(sql, workload, source.image, imageDigest);
      case 'release':
        return this.rolledBack(sql, workload, source.number);
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
    const { artifact, commit, config, processes, reason, settings } = content;
    const configHash = hashOfEntries(config.effective);
    const release: Release = {
      id: this.mint.id(),
      workloadId: workload.id,
      organizationId: workload.organizationId,
      number: await this.workloads.nextNumber(tx, workload.id, 'releases'),
      hash: releaseHash(artifact, configHash, processes),
      configVersion: config.number ?? (await this.configWriter.add(tx, workload.id, config.entries, createdBy)).number,
      scopeVersions: config.scopeVersions,
      ...{ artifact, commit, configHash, processes, reason },
      wasLive: false,
      createdBy,
      createdAt: this.mint.instant(),
    };
    await this.releases.insert(tx, release, settings);
    return release;
  }

  /** The release that a deployment made is live. `workload` was read under its row lock. */
  async makeCurrent(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, release: Release): Promise<void> {
    await this.releases.markLive(tx, release.id);
    await this.workloads.setCurrentRelease(tx, workload.id, release.id);
    await this.rollbacks.becomeCurrent(tx, workload, deployment, release);
  }

  private built(
    sql: Sql,
    workload: WorkloadRow,
    { artifact, commit, processes }: NonNullable<DeploymentRow['buildResult']>,
  ): Promise<ReleaseContent> {
    const types = processTypesFor(processes, workload.processSettings);
    return this.withCurrentConfig(sql, workload, { artifact, commit, processes: types, reason: 'deploy' });
  }

  private async fromImage(
    sql: Sql,
    workload: WorkloadRow,
    reference: string,
    digest: string | null,
  ): Promise<ReleaseContent | null> {
    const image = pinnedImage(reference) ?? resolvedImage(reference, digest);
    if (!image) return null;
    const artifact = { kind: 'image' as const, sizeBytes: 0, ...image };
    const processes = typesOfImage(workload);
    return this.withCurrentConfig(sql, workload, { artifact, commit: null, processes, reason: 'deploy' });
  }

  private async rolledBack(sql: Sql, workload: WorkloadRow, number: number): Promise<ReleaseContent> {
    const release = await this.unexpired(sql, workload.id, number);
    const { config, missing } = await this.rollbacks.configOf(sql, workload, release);
    const [lost] = missing;
    if (lost)
      throw new ReleaseMissing(`Version ${lost.number} of the secret ${lost.name} was revoked, and no other is set.`);
    const { artifact, commit, processes } = release;
    const settings = await this.releases.settingsOf(sql, release.id);
    return { artifact, commit, processes, reason: `rollback to v${number}`, config, settings };
  }

  private async promoted(
    sql: Sql,
    workload: WorkloadRow,
    source: DeploymentSource & { kind: 'promote' },
  ): Promise<ReleaseContent> {
    const { artifact, commit, processes } = await this.unexpired(sql, source.workloadId, source.number);
    const types = processTypesFor(processes, workload.processSettings);
    return this.withCurrentConfig(sql, workload, { artifact, commit, processes: types, reason: 'promotion' });
  }

  private async renewed(sql: Sql, workload: WorkloadRow, reason: string): Promise<ReleaseContent> {
    if (workload.currentRelease === null) throw new ReleaseMissing('Nothing is live yet: deploy first.');
    const current = await this.release(sql, workload.id, workload.currentRelease);
    const { artifact, commit, processes } = current;
    const types: ProcessType[] = isForeignImage(current)
      ? typesOfImage(workload)
      : withReleaseCommand(
          processes.map((type) => resettled(type, workload.processSettings)),
          workload.processSettings,
        );
    return this.withCurrentConfig(sql, workload, { artifact, commit, processes: types, reason });
  }

  private async withCurrentConfig(
    sql: Sql,
    workload: WorkloadRow,
    content: Omit<ReleaseContent, 'config' | 'settings'>,
  ): Promise<ReleaseContent> {
    const config = await this.configs.next(sql, workload);
    return { ...content, config, settings: workload.processSettings };
  }

  private async unexpired(sql: Sql, workloadId: string, number: number): Promise<Release> {
    const release = await this.release(sql, workloadId, number);
    if (await this.releases.isExpired(sql, release.id)) throw new ReleaseMissing(`v${number} is kept no more.`);
    return release;
  }

  private async release(sql: Sql, workloadId: string, number: number): Promise<Release> {
    const release = await this.releases.findByNumber(sql, workloadId, number);
    if (!release) throw new ReleaseMissing(`There is no release v${number}.`);
    return release;
  }
}

const typesOfImage = ({ processSettings }: WorkloadRow): ProcessType[] =>
  processTypesFor(processesOfImage(processSettings), processSettings);
