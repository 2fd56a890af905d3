import { Injectable } from '@nestjs/common';
import {
  type DnsProvider,
  type DnsValue,
  markNameOf,
  type RecordVerdict,
  type RemovalVerdict,
  type ZoneAccess,
  ZoneTrouble,
} from '../dns-provider.js';
import { hasNo, type Line, nameIsFree, textIs, withoutAny, withText, withValue } from './update-message.js';
import { type Answered, refused, sorted, ZoneClient } from './zone-client.js';

const leading = ['A', 'AAAA', 'CNAME'] as const;

/** Dynamic updates (RFC 2136) signed by TSIG (RFC 8945), as BIND, Knot and PowerDNS take them. */
@Injectable()
export class Rfc2136Provider implements DnsProvider {
  constructor(private readonly client: ZoneClient) {}

  async probe(zone: ZoneAccess, signal: AbortSignal): Promise<void> {
    const end = await this.client.update(zone, { prerequisites: [], changes: [] }, signal);
    if (end === 'REFUSED') throw refused(zone);
  }

  async put(zone: ZoneAccess, host: string, values: readonly DnsValue[], signal: AbortSignal): Promise<RecordVerdict> {
    if (host === zone.name && values.some(({ type }) => type === 'CNAME')) return atApex(host);
    const wanted = { values: sorted(values), marks: [zone.mark] };
    const primary = await this.client.ask(zone.servers[0] ?? '', host, markNameOf(host), signal);
    if (!isSame(primary, wanted)) {
      const verdict = await this.write(zone, host, values, signal);
      if (verdict) return verdict;
    }
    const message = await this.lagging(zone, host, (seen) => isSame(seen, wanted), signal);
    return message === null ? { kind: 'live' } : { kind: 'waits', message };
  }

  async remove(zone: ZoneAccess, host: string, signal: AbortSignal): Promise<RemovalVerdict> {
    const changes = [...leading.map((type) => withoutAny(host, type)), withoutAny(markNameOf(host), 'TXT')];
    const end = await this.client.update(zone, { prerequisites: [ours(zone, host)], changes }, signal);
    if (end === 'REFUSED') throw refused(zone);
    const message = await this.lagging(zone, host, ({ marks }) => !marks.includes(zone.mark), signal);
    return message === null ? { kind: 'gone' } : { kind: 'waits', message };
  }

  /** What is ours is replaced; else it becomes ours if nobody has anything there. Undefined when it was taken. */
  private async write(
    zone: ZoneAccess,
    host: string,
    values: readonly DnsValue[],
    signal: AbortSignal,
  ): Promise<RecordVerdict | undefined> {
    const added = values.map((value) => withValue(host, value, zone.ttlSeconds));
    const replaced = [...leading.map((type) => withoutAny(host, type)), ...added];
    const replacement = await this.client.update(
      zone,
      { prerequisites: [ours(zone, host)], changes: replaced },
      signal,
    );
    if (replacement === 'done') return undefined;
    if (replacement === 'REFUSED') return notAllowed(zone, host);
    const mark = withText(markNameOf(host), zone.mark, zone.ttlSeconds);
    const claim = { prerequisites: freedom(host, values), changes: [...added, mark] };
    const end = await this.client.update(zone, claim, signal);
    if (end === 'done') return undefined;
    return end === 'REFUSED' ? notAllowed(zone, host) : foreign(host);
  }

  /** Which server says something else yet; null: none does. */
  private async lagging(
    zone: ZoneAccess,
    host: string,
    isThere: (seen: Answered) => boolean,
    signal: AbortSignal,
  ): Promise<string | null> {
    const looks = zone.servers.map(async (server) => {
      const seen = await this.client.ask(server, host, markNameOf(host), signal).catch(unlessTrouble);
      if (typeof seen === 'string') return seen;
      return isThere(seen) ? null : `${server} does not answer it yet.`;
    });
    return (await Promise.all(looks)).find((message) => message !== null) ?? null;
  }
}

/** One server of several that cannot be asked holds up what is proven, not what is written. */
function unlessTrouble(error: unknown): string {
  if (error instanceof ZoneTrouble) return error.message;
  throw error;
}

const ours = (zone: ZoneAccess, host: string): Line => textIs(markNameOf(host), zone.mark);

/** A CNAME stands beside nothing else of its name; addresses stand beside anything that leads nowhere. */
function freedom(host: string, values: readonly DnsValue[]): Line[] {
  const mark = hasNo(markNameOf(host), 'TXT');
  if (values.some(({ type }) => type === 'CNAME')) return [mark, nameIsFree(host)];
  return [mark, ...leading.map((type) => hasNo(host, type))];
}

const isSame = (seen: Answered, wanted: Answered): boolean =>
  textOf(seen.values) === textOf(wanted.values) && wanted.marks.every((mark) => seen.marks.includes(mark));

const textOf = (values: readonly DnsValue[]): string => values.map(({ type, data }) => `${type} ${data}`).join();

const foreign = (host: string): RecordVerdict => ({
  ...{ kind: 'refused', cause: 'foreign' },
  message: `${host} or ${markNameOf(host)} has records that are not ours: take them away, and ours follow.`,
});
const atApex = (host: string): RecordVerdict => ({
  ...{ kind: 'refused', cause: 'apex' },
  message: `${host} is the zone itself, where no CNAME can be: give the cluster addresses instead of a name.`,
});
const notAllowed = ({ servers, key }: ZoneAccess, host: string): RecordVerdict => ({
  ...{ kind: 'refused', cause: 'server' },
  message: `${servers[0]} does not let the key ${key.name} write A, AAAA, CNAME at ${host} and TXT at ${markNameOf(host)}: allow that.`,
});
