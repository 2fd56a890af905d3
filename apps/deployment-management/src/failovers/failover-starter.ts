import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { EnvironmentsRepository } from '../environments/environments.repository.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { FailoverDepartures } from './failover-departures.js';
import { FailoverWays } from './failover-ways.js';
import { FailoversRepository } from './failovers.repository.js';

/** Sets a stranded workload on its way to another cluster: from there on it is a move like any other. */
@Injectable()
export class FailoverStarter {
  constructor(
    private readonly failovers: FailoversRepository,
    private readonly environments: EnvironmentsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly ways: FailoverWays,
    private readonly departures: FailoverDepartures,
    private readonly mint: Mint,
  ) {}

  /** Nothing when its cluster answers again, or somebody moved it. Why it stays is noted at its placement. */
  async start(tx: Tx, workloadId: string): Promise<void> {
    const seen = await this.failovers.stranded(tx, workloadId, this.mint.now());
    const environment = seen && (await this.environments.lock(tx, seen.environmentId));
    const workload = environment && (await this.workloads.lock(tx, workloadId));
    if (!workload) return;
    // As it is under the locks.
    const stranded = await this.failovers.holdStranded(tx, workloadId, this.mint.now());
    if (!stranded) return;
    const way = await this.ways.find(tx, workload, stranded, environment.regions);
    if ('stays' in way) return this.departures.stay(tx, workloadId, stranded.clusterId, way.stays);
    await this.departures.leave(tx, workload, way.to);
  }
}
