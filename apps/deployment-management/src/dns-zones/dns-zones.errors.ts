import { defineErrors } from '@berth/service-kit';

export const dnsZoneErrors = defineErrors({ DnsZoneTaken: 409, TooManyDnsZones: 409, DnsServerRefused: 422 });
