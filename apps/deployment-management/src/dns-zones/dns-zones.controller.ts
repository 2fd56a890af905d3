import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type CreateDnsZone,
  createDnsZone,
  type DnsRecord,
  dnsRecordPage,
  type DnsZone,
  dnsZone,
  dnsZonePage,
  type DnsZoneQuery,
  dnsZoneQuery,
  type DnsZoneRemoval,
  dnsZoneRemoval,
  type UpdateDnsZone,
  updateDnsZone,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DnsZonesService } from './dns-zones.service.js';

/** Zones of DNS in which the platform makes the records of hosts. */
@Controller('v1/dns-zones')
export class DnsZonesController {
  constructor(private readonly zones: DnsZonesService) {}

  /** Its records are made from now on; `conditions` say whether its servers take them. */
  @Post()
  @Requires('dns-zones:create')
  @Answers(dnsZone, 201)
  async createDnsZone(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createDnsZone }) body: CreateDnsZone,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DnsZone> {
    const made = await this.zones.create(caller, body);
    void reply.header('location', `/v1/dns-zones/${made.id}`);
    return made;
  }

  @Get()
  @Requires('dns-zones:read')
  @Answers(dnsZonePage)
  listDnsZones(
    @CurrentCaller() caller: Caller,
    @Query({ schema: dnsZoneQuery }) query: DnsZoneQuery,
  ): Promise<Page<DnsZone>> {
    return this.zones.list(caller, query);
  }

  @Get(':id')
  @Requires('dns-zones:read')
  @Answers(dnsZone)
  getDnsZone(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<DnsZone> {
    return this.zones.get(caller, id);
  }

  /** Each host with where it is to lead, and whether all servers answer that. */
  @Get(':id/records')
  @Requires('dns-zones:read')
  @Answers(dnsRecordPage)
  listDnsRecords(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<DnsRecord>> {
    return this.zones.listRecords(caller, id, query);
  }

  @Patch(':id')
  @Requires('dns-zones:update')
  @Answers(dnsZone)
  updateDnsZone(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateDnsZone }) body: UpdateDnsZone,
  ): Promise<DnsZone> {
    return this.zones.update(caller, id, body);
  }

  /** It goes when its records are taken away; with `force` at once, and they stay. */
  @Delete(':id')
  @Requires('dns-zones:delete')
  @AnswersNothing(202)
  deleteDnsZone(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: dnsZoneRemoval }) { force }: DnsZoneRemoval,
  ): Promise<void> {
    return this.zones.remove(caller, id, force);
  }
}
