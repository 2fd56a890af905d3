import { isIP, isIPv6 } from 'node:net';
import type { DnsRecord } from '@berth/contracts/deployment';
import type { DnsValue, RecordVerdict } from './dns-provider.js';

/** A cluster on which the workload of a host serves. */
export interface Serving {
  readonly cluster: string;
  readonly address: readonly string[];
  readonly isFirst: boolean;
  readonly isOutOfReach: boolean;
}

/** A host that a zone is to have, and where its workload serves. */
export interface WantedHost {
  readonly host: string;
  readonly serving: readonly Serving[];
}

/** What was written of a host, or is to be. */
export interface DnsRecordRow {
  readonly host: string;
  readonly values: DnsValue[];
  readonly state: DnsRecord['state'];
  readonly cause: DnsRecord['cause'];
  readonly message: string | null;
  /** Since when it is to lead there. */
  readonly since: Date;
  readonly liveAt: Date | null;
  readonly checkedAt: Date | null;
}

/** Where a host is to lead; a sentence when nobody knows. */
export type Destination =
  { readonly kind: 'values'; readonly values: DnsValue[] } | { readonly kind: 'unknown'; readonly message: string };

/**
 * To all clusters that serve, as far as one record can say it: addresses go together, a name stands alone. One that is out of
 * reach is left out while another one is not.
 */
export function destinationOf({ serving }: WantedHost): Destination {
  const reached = serving.filter(({ isOutOfReach }) => !isOutOfReach);
  const known = (reached.length > 0 ? reached : serving).filter(({ address }) => address.length > 0);
  const first = known.find(({ isFirst }) => isFirst) ?? known[0];
  if (!first) return { kind: 'unknown', message: unknownOf(serving) };
  if (first.address.some((each) => isIP(each) === 0)) return { kind: 'values', values: valuesIn(first.address) };
  const addresses = known.flatMap(({ address }) => address).filter((each) => isIP(each) !== 0);
  return { kind: 'values', values: valuesIn(addresses) };
}

function unknownOf(serving: readonly Serving[]): string {
  const names = serving.map(({ cluster }) => cluster).join(', ');
  if (names === '') return 'Its workload stands on no cluster: deploy it, or move it to one.';
  return `Nobody said where the world reaches ${names}: an administrator does, by berth clusters address.`;
}

function valuesIn(address: readonly string[]): DnsValue[] {
  const unique = [...new Set(address.map((each) => (isIPv6(each) ? canonical(each) : each)))].sort();
  return unique.map((data) => ({ type: typeOf(data), data }));
}

/** As DNS answers are read. (RFC 5952) */
const canonical = (ipv6: string): string => new URL(`http://[${ipv6}]`).hostname.slice(1, -1);

function typeOf(data: string): DnsValue['type'] {
  if (isIP(data) === 0) return 'CNAME';
  return isIPv6(data) ? 'AAAA' : 'A';
}

/** What is to be done about the records of a zone. */
export interface RecordWork {
  /** To be stored before anything is written: what is not known of is never taken away. */
  readonly stated: readonly Pick<DnsRecordRow, 'host' | 'values'>[];
  readonly put: readonly string[];
  readonly unknown: readonly { readonly host: string; readonly message: string }[];
  readonly remove: readonly string[];
}

/** What is wanted against what is known. What was live is looked at again when it was not since `checkBefore`. */
export function workOf(wanted: readonly WantedHost[], known: readonly DnsRecordRow[], checkBefore: Date): RecordWork {
  const rows = new Map(known.map((row) => [row.host, row]));
  const destinations = wanted.map(({ host, serving }) => ({ host, to: destinationOf({ host, serving }) }));
  const hosts = new Set(wanted.map(({ host }) => host));
  const isDue = (row: DnsRecordRow | undefined, values: readonly DnsValue[]): boolean =>
    row?.state !== 'live' || !isSame(row.values, values) || row.checkedAt === null || row.checkedAt <= checkBefore;
  const led = destinations.flatMap(({ host, to }) => (to.kind === 'values' ? [{ host, values: to.values }] : []));
  return {
    stated: led.filter(({ host, values }) => !isStated(rows.get(host), values)),
    put: led.filter(({ host, values }) => isDue(rows.get(host), values)).map(({ host }) => host),
    unknown: destinations.flatMap(({ host, to }) => (to.kind === 'unknown' ? [{ host, message: to.message }] : [])),
    remove: known.filter(({ host }) => !hosts.has(host)).map(({ host }) => host),
  };
}

const isStated = (row: DnsRecordRow | undefined, values: readonly DnsValue[]): boolean =>
  row !== undefined && row.state !== 'leaving' && isSame(row.values, values);

const isSame = (one: readonly DnsValue[], other: readonly DnsValue[]): boolean => textOf(one) === textOf(other);
const textOf = (values: readonly DnsValue[]): string => values.map(({ type, data }) => `${type} ${data}`).join();

/** What is stored of how it went. */
export function reportOf(verdict: RecordVerdict): Pick<DnsRecordRow, 'state' | 'cause' | 'message'> {
  if (verdict.kind === 'live') return { state: 'live', cause: null, message: null };
  if (verdict.kind === 'waits') return { state: 'pending', cause: null, message: verdict.message };
  return { state: 'refused', cause: verdict.cause, message: verdict.message };
}

export function toDnsRecord({ since: _since, checkedAt: _checked, liveAt, ...row }: DnsRecordRow): DnsRecord {
  return { ...row, liveAt: liveAt?.toISOString() ?? null };
}
