import {
  lookAgainAbout,
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { lookAgainAfter } from '../domains/domain.js';
import { sameConditions } from '../workloads/conditions.js';
import { ZoneTrouble } from './dns-provider.js';
import { DnsRecords } from './dns-records.js';
import { DnsRecordsRepository } from './dns-records.repository.js';
import { conditionsAfter, type DnsZoneRow } from './dns-zone.js';
import { DNS_ZONES } from './dns-zone-queue.js';
import { DnsZonesRepository } from './dns-zones.repository.js';

/** What nobody told of is seen so soon, for one question to the database and one to the server. */
const LONGEST_SECONDS = 60;

/** Keeps the records of a zone as they are to be, or says why it cannot. */
@Injectable()
export class DnsZoneReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly zones: DnsZonesRepository,
    private readonly rows: DnsRecordsRepository,
    private readonly records: DnsRecords,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(DNS_ZONES, this, { concurrency: 4 });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const zone = await this.zones.find(this.database, id);
    if (!zone) return settled;
    const trouble = await this.troubleOf(zone, context);
    const now = this.clock.now();
    const conditions = conditionsAfter(zone, trouble, now);
    if (!sameConditions(zone.conditions, conditions))
      await context.transaction((tx) => this.zones.report(tx, id, conditions));
    const [since] = conditions.map((each) => new Date(each.since));
    if (trouble) return lookAgainIn({ seconds: lookAgainAfter(since ?? now, now) });
    return this.lookAgain(zone, context);
  }

  /** Whatever else is thrown is a fault of ours, and tried again as one. */
  private async troubleOf(zone: DnsZoneRow, context: ReconcileContext): Promise<ZoneTrouble | null> {
    try {
      await this.records.write(zone, context);
      return null;
    } catch (error) {
      if (error instanceof ZoneTrouble) return error;
      throw error;
    }
  }

  private async lookAgain(zone: DnsZoneRow, context: ReconcileContext): Promise<Outcome> {
    const rows = await this.rows.known(this.database, zone.id);
    if (zone.deletedAt && rows.length === 0) {
      await context.transaction((tx) => this.zones.delete(tx, zone.id));
      return settled;
    }
    const now = this.clock.now();
    const waits = rows.filter(({ state }) => state !== 'live').map(({ since }) => lookAgainAfter(since, now));
    const seconds = Math.min(LONGEST_SECONDS, ...waits);
    return waits.length > 0 ? lookAgainIn({ seconds }) : lookAgainAbout({ seconds });
  }
}
