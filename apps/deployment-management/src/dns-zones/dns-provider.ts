/** One record of a host, as DNS writes it: an address, or a name in lower case without the dot at its end. */
export interface DnsValue {
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly data: string;
}

/** What it takes to write into a zone. */
export interface ZoneAccess {
  readonly name: string;
  /** `192.0.2.53` or `[2001:db8::1]:5353`. The first one takes updates; the answers of all of them count. */
  readonly servers: readonly string[];
  readonly key: ZoneKey;
  readonly ttlSeconds: number;
  /** What the TXT record beside each host says that is ours. */
  readonly mark: string;
}

export interface ZoneKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  readonly secret: Buffer;
}

export type RecordVerdict =
  /** All servers answer just that. */
  | { readonly kind: 'live' }
  /** It was taken, and not all servers answer it yet. */
  | { readonly kind: 'waits'; readonly message: string }
  /** Nothing was changed, and nothing will be until somebody acts. */
  | { readonly kind: 'refused'; readonly cause: 'foreign' | 'apex' | 'server'; readonly message: string };

export type RemovalVerdict = { readonly kind: 'gone' } | { readonly kind: 'waits'; readonly message: string };

export type ZoneTroubleReason =
  'Unreachable' | 'BadKey' | 'BadSignature' | 'TimeSkew' | 'NotOurZone' | 'Refused' | 'NoUpdates' | 'ServerFailed';

/** Nothing of the zone can be written. The message says what to do. */
export class ZoneTrouble extends Error {
  constructor(
    readonly reason: ZoneTroubleReason,
    message: string,
  ) {
    super(message);
  }
}

/** Whoever writes records where a zone was given to us. Each call ends by itself, and may be repeated. */
export interface DnsProvider {
  /** Changes nothing. @throws ZoneTrouble when a change would come to nothing */
  probe(zone: ZoneAccess, signal: AbortSignal): Promise<void>;
  /** Has a host lead to that and to nothing else, unless its records are somebody else's. @throws ZoneTrouble */
  put(zone: ZoneAccess, host: string, values: readonly DnsValue[], signal: AbortSignal): Promise<RecordVerdict>;
  /** Takes away what is ours. @throws ZoneTrouble */
  remove(zone: ZoneAccess, host: string, signal: AbortSignal): Promise<RemovalVerdict>;
}

export const DNS_PROVIDER = Symbol('DnsProvider');

export const markNameOf = (host: string): string => `_berth-owner.${host}`;
