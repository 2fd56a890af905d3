import { Module } from '@nestjs/common';
import { DnsWakesModule } from '../dns-zones/dns-wakes.module.js';
import { Changes } from './changes.js';
import { Mint } from './mint.js';

@Module({ imports: [DnsWakesModule], providers: [Changes, Mint], exports: [Changes, Mint] })
export class ChangesModule {}
