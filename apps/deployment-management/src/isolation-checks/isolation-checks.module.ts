import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { IsolationCheckReconciler } from './isolation-check.reconciler.js';
import { IsolationChecksController } from './isolation-checks.controller.js';
import { IsolationChecksRepository } from './isolation-checks.repository.js';
import { IsolationChecksService } from './isolation-checks.service.js';
import { IsolationStores } from './isolation-stores.js';

@Module({
  imports: [ChangesModule, ClustersStoreModule],
  controllers: [IsolationChecksController],
  providers: [IsolationChecksRepository, IsolationStores, IsolationChecksService, IsolationCheckReconciler],
})
export class IsolationChecksModule {}
