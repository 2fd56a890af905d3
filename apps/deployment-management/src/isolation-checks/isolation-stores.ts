import { Injectable } from '@nestjs/common';
import { ClusterSetups } from '../clusters/cluster-setups.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { IsolationChecksRepository } from './isolation-checks.repository.js';

/** What is stored of checks, and of the clusters that they are of. */
@Injectable()
export class IsolationStores {
  constructor(
    readonly checks: IsolationChecksRepository,
    readonly clusters: ClustersRepository,
    readonly setups: ClusterSetups,
  ) {}
}
