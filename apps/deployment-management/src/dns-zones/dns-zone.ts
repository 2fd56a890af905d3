import type { Condition, DnsZone } from '@berth/contracts/deployment';
import { type ConditionStatement, mergeConditions } from '../workloads/conditions.js';
import type { ZoneKey, ZoneTrouble } from './dns-provider.js';

export const MOST_DNS_ZONES = 20;

/** A zone as it is stored, without the secret of its key. */
export interface DnsZoneRow {
  readonly id: string;
  /** Null: the platform's own. */
  readonly organizationId: string | null;
  readonly name: string;
  readonly servers: string[];
  readonly keyName: string;
  readonly algorithm: ZoneKey['algorithm'];
  readonly ttlSeconds: number;
  readonly conditions: readonly Condition[];
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Nobody wants it any more; it is there until its records are gone. */
  readonly deletedAt: Date | null;
}

export function toDnsZone({ keyName, algorithm, ...row }: DnsZoneRow): DnsZone {
  return {
    ...row,
    key: { name: keyName, algorithm },
    conditions: [...row.conditions],
    createdAt: row.createdAt.toISOString(),
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}

/** What a look at a zone makes of what was known. */
export function conditionsAfter(zone: DnsZoneRow, trouble: ZoneTrouble | null, now: Date): Condition[] {
  const ready: ConditionStatement = trouble
    ? { type: 'Ready', status: 'false', reason: trouble.reason, message: trouble.message }
    : { type: 'Ready', status: 'true', reason: 'TakesUpdates', message: 'Its servers take what is written.' };
  return mergeConditions(zone.conditions, [ready], now);
}
