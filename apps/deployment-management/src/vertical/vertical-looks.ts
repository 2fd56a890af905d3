import type { ObservedWorkload } from '@berth/contracts/runtime';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { partOf } from './vertical.js';
import { VerticalChanges } from './vertical-changes.js';
import { VerticalRepository } from './vertical.repository.js';

/** A look at one workload, from its lock to what is written. */
@Injectable()
export class VerticalLooks {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly releases: ReleasesRepository,
    private readonly repository: VerticalRepository,
    private readonly changes: VerticalChanges,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** False when there is nothing to look at any more. */
  async take(tx: Tx, workloadId: string, observed: ObservedWorkload | null): Promise<boolean> {
    const workload = await this.workloads.lock(tx, workloadId);
    const row = await this.repository.find(tx, workloadId);
    if (!workload || workload.deletedAt || !row) {
      await this.repository.remove(tx, workloadId);
      return false;
    }
    const { currentReleaseId } = workload;
    const release = currentReleaseId === null ? undefined : await this.releases.find(tx, currentReleaseId);
    const next = await this.changes.follow(tx, workload, row, release, observed);
    if (!isDeepStrictEqual(next, row)) await this.repository.put(tx, next);
    const windowSeconds = this.config.VERTICAL_WINDOW_SECONDS;
    const kept = this.mint.now().getTime() - 2 * windowSeconds * 1_000;
    await this.repository.forgetPeaks(tx, workloadId, partOf(new Date(kept), windowSeconds));
    return true;
  }
}
