import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';

export const buildQueue = 'builds';

/** How many builds an organization may have in work at once; those beyond wait. */
@Injectable()
export class BuildSlots {
  constructor(@Inject(WorkQueue) private readonly queue: WorkQueue) {}

  async limit(tx: Tx, organizationId: string, atOnce: number): Promise<void> {
    await this.queue.limitGroup(tx, buildQueue, organizationId, atOnce);
  }

  /** Waiting would be for nothing: the organization has no slot at all. */
  async hasNone(tx: Tx, organizationId: string): Promise<boolean> {
    return (await this.queue.groupLimit(tx, buildQueue, organizationId)) === 0;
  }
}
