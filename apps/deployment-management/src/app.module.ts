import { AccessModule, EpochsModule } from '@berth/access';
import { EventingModule } from '@berth/eventing';
import { ReconcileModule } from '@berth/reconcile';
import { SealedRowsModule } from '@berth/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { AppsModule } from './apps/apps.module.js';
import type { Config } from './config.js';
import { sealedDnsKeys } from './dns-zones/dns-keys.js';
import { DnsZonesModule } from './dns-zones/dns-zones.module.js';
import { EnvironmentsModule } from './environments/environments.module.js';
import { LabelsModule } from './labels/labels.module.js';
import { sealedPullCredentials } from './pull-credentials/registry-logins.js';
import { ProjectsModule } from './projects/projects.module.js';
import { PlaceSnapshotsModule } from './place-snapshots/place-snapshots.module.js';
import { DeclarationsModule } from './declarations/declarations.module.js';
import { ClustersModule } from './clusters/clusters.module.js';
import { IsolationChecksModule } from './isolation-checks/isolation-checks.module.js';
import { sealedClusters } from './clusters/cluster-setups.js';
import { sealedSecrets } from './secrets/secret-store.js';
import { WorkloadsModule } from './workloads/workloads.module.js';

const service = 'deployment-management';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        EventingModule.forRoot({ service, config }),
        ReconcileModule.forRoot({ config }),
        AccessModule.forRoot({ service, config }),
        SealedRowsModule.forRoot({
          config,
          keyring: config.KEY_ENCRYPTION_KEY,
          columns: [sealedSecrets, sealedClusters, sealedPullCredentials, sealedDnsKeys],
        }),
        ClustersModule,
        IsolationChecksModule,
        DnsZonesModule,
        ProjectsModule,
        EnvironmentsModule,
        AppsModule,
        LabelsModule,
        PlaceSnapshotsModule,
        EpochsModule.of(service),
        WorkloadsModule,
        DeclarationsModule,
      ],
    };
  }
}
