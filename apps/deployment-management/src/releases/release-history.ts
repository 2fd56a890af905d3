import type { Release } from '@berth/contracts/deployment';
import { releaseCreated, releaseExpired } from '@berth/contracts/events';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { ReleasesRepository } from './releases.repository.js';

/** Tells the others which releases there are, and ends the time of old ones: their artifacts need not be kept for ever. */
@Injectable()
export class ReleaseHistory {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async tellMade(tx: Tx, release: Release): Promise<void> {
    const { id: releaseId, workloadId, organizationId, number, hash, configVersion, artifact } = release;
    const data = {
      organizationId,
      workloadId,
      releaseId,
      number,
      hash,
      artifactDigest: artifact.digest,
      configVersion,
    };
    await this.changes.tell(tx, releaseCreated, { subject: releaseId, organizationId, partitionKey: workloadId, data });
  }

  /** The caller holds the workload's row lock. */
  async expireOld(tx: Tx, workloadId: string): Promise<void> {
    for (const release of await this.releases.expire(tx, workloadId, this.config.RELEASES_KEPT, this.mint.now())) {
      const { id: releaseId, organizationId, number, artifact } = release;
      const data = { organizationId, workloadId, releaseId, number, artifactDigest: artifact.digest };
      const fact = { subject: releaseId, organizationId, partitionKey: workloadId, data };
      await this.changes.tell(tx, releaseExpired, fact);
    }
  }
}
