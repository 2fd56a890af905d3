import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DNS_ZONES } from './dns-zone-queue.js';
import { DnsZonesRepository } from './dns-zones.repository.js';

/** Has zones looked at when a host comes or goes, or leads elsewhere. */
@Injectable()
export class DnsWakes {
  constructor(
    private readonly zones: DnsZonesRepository,
    private readonly queue: WorkQueue,
  ) {}

  async of(tx: Tx, organizationId: string): Promise<void> {
    await this.wake(tx, await this.zones.idsFor(tx, organizationId));
  }

  /** A cluster is reached elsewhere. */
  async all(tx: Tx): Promise<void> {
    await this.wake(tx, await this.zones.ids(tx));
  }

  /** The organization is gone: its zones go when what is in them was taken away. */
  async end(tx: Tx, organizationId: string, at: Date): Promise<void> {
    await this.wake(tx, await this.zones.markDeletedOf(tx, organizationId, at));
  }

  private async wake(tx: Tx, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.queue.enqueueAll(tx, DNS_ZONES, ids);
  }
}
