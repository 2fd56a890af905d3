import { Module } from '@nestjs/common';
import { DeclarationsRepository } from '../declarations/declarations.repository.js';
import { FailoversRepository } from '../failovers/failovers.repository.js';
import { ClusterSetups } from './cluster-setups.js';
import { ClustersRepository } from './clusters.repository.js';
import { Placements } from './placements.js';
import { PlacementsRepository } from './placements.repository.js';

const stores = [ClustersRepository, PlacementsRepository, FailoversRepository, DeclarationsRepository];

/** What others need to know of clusters: where something stands, and how to speak to it. */
@Module({
  providers: [...stores, ClusterSetups, Placements],
  exports: [...stores, ClusterSetups, Placements],
})
export class ClustersStoreModule {}
