import { Module } from '@nestjs/common';
import { FailoversRepository } from '../failovers/failovers.repository.js';
import { ClusterSetups } from './cluster-setups.js';
import { ClustersRepository } from './clusters.repository.js';
import { Placements } from './placements.js';
import { PlacementsRepository } from './placements.repository.js';

/** What others need to know of clusters: where something stands, and how to speak to it. */
@Module({
  providers: [ClustersRepository, PlacementsRepository, ClusterSetups, Placements, FailoversRepository],
  exports: [ClustersRepository, PlacementsRepository, ClusterSetups, Placements, FailoversRepository],
})
export class ClustersStoreModule {}
