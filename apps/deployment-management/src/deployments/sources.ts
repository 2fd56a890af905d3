import type { Caller } from '@berth/access';
import type { App, CreateDeployment, Release } from '@berth/contracts/deployment';
import type { Artifact, DeploymentSource } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Rollbacks } from '../releases/rollbacks.js';
import { artifactKindOf, nextStepFor, CLUSTER_REMOVED } from '../runtime/artifact-kinds.js';
import { Runtimes } from '../runtime/runtimes.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { deploymentErrors } from './deployments.errors.js';

type Requested = CreateDeployment['source'];

export interface ResolvedSource {
  readonly app: App;
  readonly source: DeploymentSource;
  /** What the caller should know, for instance that a revoked secret version is replaced. */
  readonly notes: readonly string[];
}

/** Checks what a caller wants deployed against what there is, and completes it. */
@Injectable()
export class Sources {
  constructor(
    private readonly database: Database,
    private readonly apps: AppsRepository,
    private readonly workloads: WorkloadAccess,
    private readonly releases: ReleasesRepository,
    private readonly rollbacks: Rollbacks,
    private readonly runtimes: Runtimes,
  ) {}

  /** @throws 422 with a pointer when there is no such source */
  async resolve(caller: Caller, workload: WorkloadRow, requested: Requested): Promise<ResolvedSource> {
    const app = await this.apps.find(this.database, workload.appId);
    if (!app) throw deploymentErrors.SourceMissing('The app of this workload is gone.');
    const source = await this.sourceFor(caller, workload, app, requested);
    const kind = artifactKindOf(source);
    if (kind) await this.requireRunnable(workload.id, kind, '/source/kind');
    const notes = source.kind === 'release' ? await this.checkRollback(workload, source.number) : [];
    return { app, source, notes };
  }

  private async sourceFor(
    caller: Caller,
    workload: WorkloadRow,
    app: App,
    requested: Requested,
  ): Promise<DeploymentSource> {
    switch (requested.kind) {
      case 'git':
        return gitSource(workload, app, requested.ref);
      case 'upload':
        return requested;
      case 'image':
        return imageSource(app, requested.image);
      case 'release':
        return requested;
      case 'promote':
        return this.promotion(caller, workload, requested);
    }
  }

  private async promotion(
    caller: Caller,
    workload: WorkloadRow,
    requested: Requested & { kind: 'promote' },
  ): Promise<DeploymentSource> {
    const from = await this.workloads.require(caller, requested.workloadId, 'releases:read');
    if (from.appId !== workload.appId) {
      throw deploymentErrors.PromotionOfOtherApp('It is a workload of another app.', { pointer: '/source/workloadId' });
    }
    const { artifact } = await this.requireRelease(from.id, requested.number);
    await this.requireRunnable(workload.id, artifact.kind, '/source/workloadId');
    return requested;
  }

  /** A rollback lands on what was once live. Answers what will differ from then. */
  private async checkRollback(workload: WorkloadRow, number: number): Promise<readonly string[]> {
    const pointer = '/source/number';
    const release = await this.requireRelease(workload.id, number);
    if (!release.wasLive) throw deploymentErrors.ReleaseNeverLive(`v${number} never was live.`, { pointer });
    await this.requireRunnable(workload.id, release.artifact.kind, pointer);
    const { notes, missing } = await this.rollbacks.configOf(this.database, workload, release);
    if (missing.length === 0) return notes;
    const names = missing.map((each) => each.name).join(', ');
    throw deploymentErrors.SecretRevoked(
      `v${number} needs secrets that were revoked and have no other value: set ${names} and roll back again.`,
      { pointer },
    );
  }

  /** What cannot run there is refused before anything is built. */
  private async requireRunnable(workloadId: string, kind: Artifact['kind'], pointer: string): Promise<void> {
    const runtimes = (await this.runtimes.allOf(workloadId)).map(({ runtime }) => runtime);
    if (runtimes.every(({ artifactKinds }) => artifactKinds.includes(kind))) return;
    if (runtimes.some(({ artifactKinds }) => artifactKinds.length === 0))
      throw deploymentErrors.ClusterRemoved(CLUSTER_REMOVED);
    const detail = `The runtime of this workload does not run artifacts of kind ${kind}. ${nextStepFor(kind)}`;
    throw deploymentErrors.SourceNotSupported(detail, { pointer });
  }

  private async requireRelease(workloadId: string, number: number): Promise<Release> {
    const release = await this.releases.findByNumber(this.database, workloadId, number);
    if (release && (await this.releases.isExpired(this.database, release.id))) {
      const detail = `v${number} is too old: its artifact is kept no more.`;
      throw deploymentErrors.ReleaseExpired(detail, { pointer: '/source/number' });
    }
    if (release) return release;
    throw deploymentErrors.ReleaseNotFound(`There is no release v${number}.`, { pointer: '/source/number' });
  }
}

function gitSource(workload: WorkloadRow, app: App, ref: string | undefined): DeploymentSource {
  if (app.source.kind !== 'git') {
    const has = app.source.kind === 'image' ? 'deploy its image' : 'upload its source';
    throw deploymentErrors.SourceMissing(`This app has no Git repository: ${has}.`, { pointer: '/source/kind' });
  }
  return { kind: 'git', ref: ref ?? workload.trackedRef ?? app.source.branch };
}

function imageSource(app: App, named: string | undefined): DeploymentSource {
  const image = named ?? (app.source.kind === 'image' ? app.source.image : undefined);
  const pointer = '/source/image';
  if (image === undefined) throw deploymentErrors.SourceMissing('This app has no image: name one.', { pointer });
  return { kind: 'image', image };
}
