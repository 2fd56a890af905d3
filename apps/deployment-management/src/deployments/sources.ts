import type { Caller } from '@berth/access';
import type { App, CreateDeployment, Release } from '@berth/contracts/deployment';
import type { DeploymentSource } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Rollbacks } from '../releases/rollbacks.js';
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
  ) {}

  /** @throws 422 with a pointer when there is no such source */
  async resolve(caller: Caller, workload: WorkloadRow, requested: Requested): Promise<ResolvedSource> {
    const app = await this.apps.find(this.database, workload.appId);
    if (!app) throw deploymentErrors.SourceMissing('The app of this workload is gone.');
    const source = await this.sourceFor(caller, workload, app, requested);
    const notes = source.kind === 'release' ? await this.checkRollback(workload.id, source.number) : [];
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
        throw deploymentErrors.SourceNotSupported('The local runtime runs no images yet: deploy from source.', {
          pointer: '/source/image',
        });
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
    await this.requireRelease(from.id, requested.number);
    return requested;
  }

  /** A rollback lands on what was once live. Answers what will differ from then. */
  private async checkRollback(workloadId: string, number: number): Promise<readonly string[]> {
    const pointer = '/source/number';
    const release = await this.requireRelease(workloadId, number);
    if (!release.wasLive) throw deploymentErrors.ReleaseNeverLive(`v${number} never was live.`, { pointer });
    const { notes, missing } = await this.rollbacks.configOf(this.database, release);
    if (missing.length === 0) return notes;
    const names = missing.map((each) => each.name).join(', ');
    throw deploymentErrors.SecretRevoked(
      `v${number} needs secrets that were revoked and have no other value: set ${names} and roll back again.`,
      { pointer },
    );
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
    throw deploymentErrors.SourceMissing('This app has no Git repository: upload its source.', {
      pointer: '/source/kind',
    });
  }
  return { kind: 'git', ref: ref ?? workload.trackedRef ?? app.source.branch };
}
