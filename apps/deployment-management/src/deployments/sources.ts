import { Access, type Caller } from '@berth/access';
import type { App, CreateDeployment } from '@berth/contracts/deployment';
import type { DeploymentSource } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { deploymentErrors } from './deployments.errors.js';

type Requested = CreateDeployment['source'];

/** Checks what a caller wants deployed against what there is, and completes it. */
@Injectable()
export class Sources {
  constructor(
    private readonly database: Database,
    private readonly apps: AppsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly releases: ReleasesRepository,
    private readonly access: Access,
  ) {}

  /** @throws 422 with a pointer when there is no such source */
  async resolve(
    caller: Caller,
    workload: WorkloadRow,
    requested: Requested,
  ): Promise<{ app: App; source: DeploymentSource }> {
    const app = await this.apps.find(this.database, workload.appId);
    if (!app) throw deploymentErrors.SourceMissing('The app of this workload is gone.');
    return { app, source: await this.sourceFor(caller, workload, app, requested) };
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
        await this.requireRelease(workload.id, requested.number);
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
    const from = await this.workloads.find(this.database, requested.workloadId);
    const missing = () =>
      deploymentErrors.SourceMissing('There is no such workload.', { pointer: '/source/workloadId' });
    if (!from || from.deletedAt) throw missing();
    const { organizationId, projectId, environmentId } = from;
    await this.access.require(caller, 'releases:read', { organizationId, projectId, environmentId });
    if (from.appId !== workload.appId) {
      throw deploymentErrors.PromotionOfOtherApp('It is a workload of another app.', { pointer: '/source/workloadId' });
    }
    await this.requireRelease(from.id, requested.number);
    return requested;
  }

  private async requireRelease(workloadId: string, number: number): Promise<void> {
    if (await this.releases.findByNumber(this.database, workloadId, number)) return;
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
