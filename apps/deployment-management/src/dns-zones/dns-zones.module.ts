import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { DnsKeys } from './dns-keys.js';
import { DNS_PROVIDER } from './dns-provider.js';
import { DnsRecords } from './dns-records.js';
import { DnsRecordsRepository } from './dns-records.repository.js';
import { DnsWakesModule } from './dns-wakes.module.js';
import { DnsZoneReconciler } from './dns-zone.reconciler.js';
import { DnsZoneWriter } from './dns-zone-writer.js';
import { DnsZonesController } from './dns-zones.controller.js';
import { DnsZonesService } from './dns-zones.service.js';
import { Rfc2136Provider } from './rfc2136/rfc2136-provider.js';
import { ZoneClient } from './rfc2136/zone-client.js';

@Module({
  imports: [ChangesModule, DnsWakesModule],
  controllers: [DnsZonesController],
  providers: [
    ...[DnsZonesService, DnsZoneWriter, DnsKeys, DnsRecords, DnsRecordsRepository, DnsZoneReconciler],
    ...[ZoneClient, { provide: DNS_PROVIDER, useClass: Rfc2136Provider }],
  ],
})
export class DnsZonesModule {}
