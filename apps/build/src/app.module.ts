import { join } from 'node:path';
import { AccessModule } from '@berth/access';
import { EventingModule } from '@berth/eventing';
import { ReconcileModule } from '@berth/reconcile';
import { Clock, CONFIG, Database } from '@berth/service-kit';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { BlobStore } from './artifacts/blob-store.js';
import { BLOB_STORE } from './artifacts/blob-store.token.js';
import { FileBlobStore } from './artifacts/file-blob-store.js';
import { BUILD_TOOLS, BuildReconciler } from './builds/build.reconciler.js';
import { BuildLogFollower } from './builds/build-log-follower.js';
import { BuildLogsRepository } from './builds/build-logs.repository.js';
import { BuildsController } from './builds/builds.controller.js';
import { BuildsRepository } from './builds/builds.repository.js';
import { BuildsService } from './builds/builds.service.js';
import { OnDeploymentCancelledHandler } from './builds/on-deployment-cancelled.handler.js';
import { OnDeploymentFailedHandler } from './builds/on-deployment-failed.handler.js';
import { OnDeploymentRequestedHandler } from './builds/on-deployment-requested.handler.js';
import { OnDeploymentSupersededHandler } from './builds/on-deployment-superseded.handler.js';
import type { BuildConfig } from './config.js';
import { hostBuildTools, sourceLimits } from './parts.js';
import { BuildSlots } from './quotas/build-slots.js';
import { OnOrganizationCreatedHandler } from './quotas/on-organization-created.handler.js';
import { OnOrganizationQuotaChangedHandler } from './quotas/on-organization-quota-changed.handler.js';
import { OnOrganizationSnapshotHandler } from './quotas/on-organization-snapshot.handler.js';
import { BlobReferencesRepository } from './retention/blob-references.repository.js';
import { OnReleaseCreatedHandler } from './retention/on-release-created.handler.js';
import { OnReleaseExpiredHandler } from './retention/on-release-expired.handler.js';
import { OnWorkloadDeletedHandler } from './retention/on-workload-deleted.handler.js';
import { RetentionReconciler } from './retention/retention.reconciler.js';
import { RetentionStart } from './retention/retention-start.js';
import { UploadStore } from './uploads/upload-store.js';
import { UploadsController } from './uploads/uploads.controller.js';
import { UploadsRepository } from './uploads/uploads.repository.js';
import { UploadsService } from './uploads/uploads.service.js';

const handlers = [
  OnDeploymentRequestedHandler,
  OnDeploymentCancelledHandler,
  OnDeploymentSupersededHandler,
  OnDeploymentFailedHandler,
  OnOrganizationCreatedHandler,
  OnOrganizationQuotaChangedHandler,
  OnOrganizationSnapshotHandler,
  OnReleaseCreatedHandler,
  OnReleaseExpiredHandler,
  OnWorkloadDeletedHandler,
];

@Module({})
export class AppModule {
  static forRoot(config: BuildConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        EventingModule.forRoot({ service: 'build', config }),
        ReconcileModule.forRoot({ config }),
        AccessModule.forRoot({ service: 'build', config }),
      ],
      controllers: [BuildsController, UploadsController, ...handlers],
      providers: [
        ...storage,
        BlobReferencesRepository,
        RetentionReconciler,
        RetentionStart,
        BuildsRepository,
        BuildLogsRepository,
        BuildsService,
        BuildSlots,
        BuildLogFollower,
        BuildReconciler,
      ],
    };
  }
}

const storage: Provider[] = [
  UploadsRepository,
  UploadsService,
  {
    provide: BLOB_STORE,
    inject: [CONFIG, Clock],
    useFactory: async (config: BuildConfig, clock: Clock): Promise<BlobStore> => {
      const store = new FileBlobStore(config.BLOB_FOLDER);
      await store.removeUnfinished(clock.now());
      return store;
    },
  },
  {
    provide: UploadStore,
    inject: [CONFIG, BLOB_STORE],
    useFactory: async (config: BuildConfig, blobs: BlobStore): Promise<UploadStore> => {
      const folder = join(config.DATA_FOLDER, 'uploads');
      const store = new UploadStore(blobs, { folder, maxBytes: config.UPLOAD_MAX_BYTES, limits: sourceLimits(config) });
      if (config.ROLE !== 'worker') await store.clear();
      return store;
    },
  },
  {
    provide: BUILD_TOOLS,
    inject: [CONFIG, Clock, Database, BLOB_STORE, UploadStore],
    useFactory: hostBuildTools,
  },
];
