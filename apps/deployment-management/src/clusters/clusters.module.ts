import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClusterLooks } from './cluster-looks.js';
import { ClusterReconciler } from './cluster.reconciler.js';
import { ClustersController } from './clusters.controller.js';
import { ClustersService } from './clusters.service.js';
import { ClustersStoreModule } from './clusters-store.module.js';
import { Registrations } from './registrations.js';

@Module({
  imports: [ChangesModule, ClustersStoreModule],
  controllers: [ClustersController],
  providers: [ClustersService, Registrations, ClusterLooks, ClusterReconciler],
})
export class ClustersModule {}
