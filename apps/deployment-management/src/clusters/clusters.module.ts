import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { DnsWakesModule } from '../dns-zones/dns-wakes.module.js';
import { ClusterAddresses } from './cluster-addresses.js';
import { ClusterAddressesController } from './cluster-addresses.controller.js';
import { ClusterEnd } from './cluster-end.js';
import { ClusterLooks } from './cluster-looks.js';
import { ClusterReports } from './cluster-reports.js';
import { ClusterReconciler } from './cluster.reconciler.js';
import { ClustersController } from './clusters.controller.js';
import { ClustersService } from './clusters.service.js';
import { ClustersStoreModule } from './clusters-store.module.js';
import { Registrations } from './registrations.js';

@Module({
  imports: [ChangesModule, DnsWakesModule, ClustersStoreModule],
  controllers: [ClustersController, ClusterAddressesController],
  providers: [
    ClustersService,
    ClusterAddresses,
    Registrations,
    ClusterEnd,
    ClusterLooks,
    ClusterReports,
    ClusterReconciler,
  ],
})
export class ClustersModule {}
