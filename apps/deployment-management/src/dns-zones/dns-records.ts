import type { ReconcileContext } from '@berth/reconcile';
import { Clock, CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { DnsKeys } from './dns-keys.js';
import { DNS_PROVIDER, type DnsProvider, type DnsValue, type ZoneAccess } from './dns-provider.js';
import { reportOf, type RecordWork, workOf } from './dns-record.js';
import { DnsRecordsRepository } from './dns-records.repository.js';
import type { DnsZoneRow } from './dns-zone.js';

const AT_ONCE = 8;

interface Pass {
  readonly zone: DnsZoneRow;
  readonly access: ZoneAccess;
  readonly context: ReconcileContext;
}

/** Makes the records of a zone what they are to be, as far as it is known. */
@Injectable()
export class DnsRecords {
  constructor(
    private readonly database: Database,
    private readonly records: DnsRecordsRepository,
    private readonly keys: DnsKeys,
    private readonly clock: Clock,
    @Inject(DNS_PROVIDER) private readonly provider: DnsProvider,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws ZoneTrouble when nothing can be written */
  async write(zone: DnsZoneRow, context: ReconcileContext): Promise<void> {
    const access = await this.keys.accessTo(zone);
    const pass = { zone, access, context };
    const wanted = zone.deletedAt ? [] : await this.records.wanted(this.database.confined, zone);
    const known = await this.records.known(this.database, zone.id);
    const checkBefore = new Date(this.clock.now().getTime() - this.config.RESYNC_SECONDS * 1_000);
    const work = workOf(wanted, known, checkBefore);
    await this.state(pass, work);
    await this.provider.probe(access, context.signal);
    const values = new Map((await this.records.known(this.database, zone.id)).map((row) => [row.host, row.values]));
    await eachOf(work.put, (host) => this.put(pass, host, values.get(host) ?? []));
    await eachOf(work.remove, (host) => this.remove(pass, host));
  }

  private async state({ zone, context }: Pass, { stated, unknown, remove }: RecordWork): Promise<void> {
    if (stated.length + unknown.length + remove.length === 0) return;
    const at = this.clock.now();
    await context.transaction(async (tx) => {
      await this.records.state(tx, zone.id, stated, at);
      for (const each of unknown) await this.records.stateUnknown(tx, zone.id, each, at);
      await this.records.stateLeaving(tx, zone.id, remove, at);
    });
  }

  private async put({ zone, access, context }: Pass, host: string, values: readonly DnsValue[]): Promise<void> {
    const report = reportOf(await this.provider.put(access, host, values, context.signal));
    const at = this.clock.now();
    await context.transaction((tx) => this.records.report(tx, zone.id, host, report, at));
  }

  private async remove({ zone, access, context }: Pass, host: string): Promise<void> {
    const verdict = await this.provider.remove(access, host, context.signal);
    const at = this.clock.now();
    await context.transaction((tx) => {
      if (verdict.kind === 'gone') return this.records.delete(tx, zone.id, host);
      const report = { state: 'leaving', cause: null, message: verdict.message } as const;
      return this.records.report(tx, zone.id, host, report, at);
    });
  }
}

/** A server is not asked about all of a zone at the same moment. The first failure ends it when what had begun has ended. */
async function eachOf(hosts: readonly string[], work: (host: string) => Promise<void>): Promise<void> {
  for (let start = 0; start < hosts.length; start += AT_ONCE) {
    const begun = await Promise.allSettled(hosts.slice(start, start + AT_ONCE).map(work));
    const failed = begun.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}
