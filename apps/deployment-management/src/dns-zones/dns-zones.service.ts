import { Access, type Caller, type Permission } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { CreateDnsZone, DnsRecord, DnsZone, DnsZoneQuery, UpdateDnsZone } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { toDnsRecord } from './dns-record.js';
import { DnsRecordsRepository } from './dns-records.repository.js';
import { type DnsZoneRow, toDnsZone } from './dns-zone.js';
import { DnsZoneWriter } from './dns-zone-writer.js';
import { DnsZonesRepository } from './dns-zones.repository.js';

type Verb = 'create' | 'read' | 'update' | 'delete';

/** Zones of organizations and of the platform. What is in them is written by the reconciler alone. */
@Injectable()
export class DnsZonesService {
  constructor(
    private readonly database: Database,
    private readonly zones: DnsZonesRepository,
    private readonly records: DnsRecordsRepository,
    private readonly writer: DnsZoneWriter,
    private readonly access: Access,
  ) {}

  /** @throws 409 when its owner has it already, or too many; 422 when a server may not be asked */
  async create(caller: Caller, body: CreateDnsZone): Promise<DnsZone> {
    await this.admit(caller, body.organizationId, 'create');
    return toDnsZone(await this.database.transaction((tx) => this.writer.create(tx, body, caller)));
  }

  async get(caller: Caller, id: string): Promise<DnsZone> {
    return toDnsZone(await this.require(caller, id, 'read'));
  }

  async list(caller: Caller, query: DnsZoneQuery): Promise<Page<DnsZone>> {
    await this.admit(caller, query.organization ?? null, 'read');
    const page = toPage(await this.zones.list(this.database.confined, query), query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toDnsZone) };
  }

  async listRecords(caller: Caller, id: string, query: PageQuery): Promise<Page<DnsRecord>> {
    await this.require(caller, id, 'read');
    const page = toPage(await this.records.list(this.database.confined, id, query), query.limit, ({ host }) => host);
    return { ...page, items: page.items.map(toDnsRecord) };
  }

  async update(caller: Caller, id: string, body: UpdateDnsZone): Promise<DnsZone> {
    await this.require(caller, id, 'update');
    return this.database.transaction(async (tx) =>
      toDnsZone(await this.writer.update(tx, await this.lock(tx, id), body, caller)),
    );
  }

  /** `force`: what was written stays, and is nobody's. */
  async remove(caller: Caller, id: string, force: boolean): Promise<void> {
    await this.require(caller, id, 'delete');
    await this.database.transaction(async (tx) => this.writer.remove(tx, await this.lock(tx, id), force, caller));
  }

  private async require(caller: Caller, id: string, verb: Verb): Promise<DnsZoneRow> {
    const zone = await this.zones.find(this.database, id);
    if (!zone) throw notFound();
    await this.admit(caller, zone.organizationId, verb);
    return zone;
  }

  /** The platform's own are part of its clusters: who looks after those looks after them. */
  private async admit(caller: Caller, organizationId: string | null, verb: Verb): Promise<void> {
    if (organizationId !== null) {
      const permission: Permission = `dns-zones:${verb}`;
      await this.access.require(caller, permission, { organizationId });
      return;
    }
    this.access.requireOnPlatform(caller, verb === 'read' ? 'clusters:read' : 'clusters:update');
  }

  private async lock(tx: Tx, id: string): Promise<DnsZoneRow> {
    const zone = await this.zones.lock(tx, id);
    if (!zone) throw notFound();
    return zone;
  }
}
