import type { ReleaseStrategy } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Runtimes } from '../runtime/runtimes.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { workloadErrors } from '../workloads/workloads.errors.js';
import { obstacleTo } from './obstacle.js';

/** Refuses what a workload cannot do before anything is stored or built. */
@Injectable()
export class Strategies {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly runtimes: Runtimes,
  ) {}

  /** @throws 422 */
  async require(sql: Sql, workload: WorkloadRow, strategy: ReleaseStrategy, pointer: string): Promise<void> {
    if (strategy.kind === 'rolling') return;
    const { canaries } = await this.runtimes.of(workload.id);
    const { currentReleaseId } = workload;
    const current = currentReleaseId === null ? undefined : await this.releases.find(sql, currentReleaseId);
    const processes = current ? [current.processes] : [];
    const obstacle = obstacleTo(strategy, { ...workload, support: canaries, processes });
    if (obstacle) throw workloadErrors.StrategyNotSupported(obstacle, { pointer });
  }
}
