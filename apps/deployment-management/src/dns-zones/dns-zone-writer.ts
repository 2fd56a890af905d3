import { Audit, type Caller, changedFrom, type Change } from '@berth/access';
import type { CreateDnsZone, UpdateDnsZone } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import { CONFIG, isPublicAddress, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { DnsKeys } from './dns-keys.js';
import { type DnsZoneRow, MOST_DNS_ZONES } from './dns-zone.js';
import { DNS_ZONES } from './dns-zone-queue.js';
import { dnsZoneErrors } from './dns-zones.errors.js';
import { DnsZonesRepository } from './dns-zones.repository.js';
import { addressOf } from './rfc2136/exchange.js';

/** Writes a zone, and what every change of it leaves behind: an audit entry without its secret, and a key for the reconciler. */
@Injectable()
export class DnsZoneWriter {
  constructor(
    private readonly zones: DnsZonesRepository,
    private readonly keys: DnsKeys,
    private readonly queue: WorkQueue,
    private readonly audit: Audit,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async create(tx: Tx, body: CreateDnsZone, by: Caller): Promise<DnsZoneRow> {
    const { organizationId, name, servers, key, ttlSeconds } = body;
    this.requireAllowed(organizationId, servers);
    const id = this.mint.id();
    const zone: DnsZoneRow = {
      ...{ id, organizationId, name, servers, keyName: key.name, algorithm: key.algorithm, ttlSeconds },
      ...{ conditions: [], createdBy: nameOf(by), createdAt: this.mint.now(), deletedAt: null },
    };
    if (!(await this.zones.insert(tx, zone, this.keys.seal(id, key.secret)))) throw taken(name);
    const query = { limit: MOST_DNS_ZONES, ...(organizationId && { organization: organizationId }) };
    if ((await this.zones.list(tx, query)).length > MOST_DNS_ZONES) throw tooMany();
    await this.record(tx, zone, by, 'create');
    return zone;
  }

  async update(tx: Tx, zone: DnsZoneRow, body: UpdateDnsZone, by: Caller): Promise<DnsZoneRow> {
    const { servers, key, ttlSeconds } = body;
    if (servers) this.requireAllowed(zone.organizationId, servers);
    await this.zones.update(tx, zone.id, {
      ...{ servers: servers ?? null, ttlSeconds: ttlSeconds ?? null },
      ...{ keyName: key?.name ?? null, algorithm: key?.algorithm ?? null },
      sealed: key ? this.keys.seal(zone.id, key.secret) : null,
    });
    const next = (await this.zones.find(tx, zone.id)) ?? zone;
    const secret = (which: string) => (key ? { secret: which } : {});
    const was = { ...settingsOf(zone), ...secret('former') };
    await this.record(tx, next, by, 'update', changedFrom(was, { ...settingsOf(next), ...secret('next') }));
    return next;
  }

  async remove(tx: Tx, zone: DnsZoneRow, force: boolean, by: Caller): Promise<void> {
    if (force) await this.zones.delete(tx, zone.id);
    else await this.zones.markDeleted(tx, zone.id, this.mint.now());
    await this.record(tx, zone, by, 'delete');
  }

  /** What an organization names is asked from our network. */
  private requireAllowed(organizationId: string | null, servers: readonly string[]): void {
    if (organizationId === null || this.config.PRIVATE_DNS) return;
    const index = servers.findIndex((server) => !isPublicAddress(addressOf(server).host));
    if (index < 0) return;
    const detail = `${servers[index]} is no public address: only those are asked, unless the platform is set up otherwise (PRIVATE_DNS).`;
    throw dnsZoneErrors.DnsServerRefused(detail, { pointer: `/servers/${index}` });
  }

  private async record(
    tx: Tx,
    zone: DnsZoneRow,
    by: Caller,
    verb: 'create' | 'update' | 'delete',
    change?: Change,
  ): Promise<void> {
    const { id, organizationId, name } = zone;
    await this.queue.enqueue(tx, DNS_ZONES, id, { group: organizationId ?? '' });
    const act = { by, action: `dns-zones:${verb}`, target: { kind: 'dns-zone', id }, organizationId, detail: { name } };
    await this.audit.record(tx, change ? { ...act, change } : act);
  }
}

const settingsOf = ({ servers, keyName, algorithm, ttlSeconds }: DnsZoneRow) => ({
  ...{ servers, keyName, algorithm, ttlSeconds },
});
const taken = (name: string) =>
  dnsZoneErrors.DnsZoneTaken(`The zone ${name} was handed over already: change that one.`, { pointer: '/name' });
const tooMany = () => dnsZoneErrors.TooManyDnsZones(`There are at most ${MOST_DNS_ZONES} zones of one owner.`);
