import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PlacementReport } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { DOMAINS } from '../domains/domain-queue.js';
import { DomainsRepository } from '../domains/domains.repository.js';

/** Keeps what was said of a workload on a cluster, and has whoever follows its routes look. */
@Injectable()
export class PlacementReports {
  constructor(
    private readonly placements: PlacementsRepository,
    private readonly domains: DomainsRepository,
    private readonly queue: WorkQueue,
  ) {}

  async set(tx: Tx, workloadId: string, clusterId: string, report: PlacementReport): Promise<void> {
    await this.placements.setReport(tx, workloadId, clusterId, report);
    const held = await this.domains.idsHeldBy(tx, workloadId);
    if (held.length > 0) await this.queue.enqueueAll(tx, DOMAINS, held);
  }
}
