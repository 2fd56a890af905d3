import { Module } from '@nestjs/common';
import { DnsWakes } from './dns-wakes.js';
import { DnsZonesRepository } from './dns-zones.repository.js';

/** For whoever changes where hosts lead. */
@Module({ providers: [DnsWakes, DnsZonesRepository], exports: [DnsWakes, DnsZonesRepository] })
export class DnsWakesModule {}
