import { randomInt } from 'node:crypto';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import dnsPacket, { type DecodedPacket, type RecordType } from 'dns-packet';
import { type DnsValue, type ZoneAccess, ZoneTrouble } from '../dns-provider.js';
import { exchange } from './exchange.js';
import { type Signature, signatureOf, signed } from './tsig.js';
import { type Line, updateMessage } from './update-message.js';

/** What the records of a host say, where it was asked. */
export interface Answered {
  readonly values: readonly DnsValue[];
  readonly marks: readonly string[];
}

/** How an update ended that the server understood: a prerequisite that did not hold changed nothing. */
export type UpdateEnd = 'done' | 'NXRRSET' | 'YXRRSET' | 'YXDOMAIN' | 'REFUSED';

const prerequisiteEnds = ['NXRRSET', 'YXRRSET', 'YXDOMAIN'] as const;
const BAD_KEY = 17;
const BAD_TIME = 18;
const AUTHORITATIVE = 1 << 10;
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

interface Sent {
  readonly server: string;
  readonly zone: ZoneAccess;
  readonly at: Date;
}

/** Speaks RFC 1035 and RFC 2136 with the servers of a zone. */
@Injectable()
export class ZoneClient {
  constructor(private readonly clock: Clock) {}

  /** What a server says of a host of its own. @throws ZoneTrouble */
  async ask(server: string, host: string, markName: string, signal: AbortSignal): Promise<Answered> {
    const [a, aaaa, txt] = await Promise.all([
      this.query(server, host, 'A', signal),
      this.query(server, host, 'AAAA', signal),
      this.query(server, markName, 'TXT', signal),
    ]);
    const values = [...a, ...aaaa].filter(({ name }) => name.toLowerCase() === host).flatMap(valueIn);
    const unique = new Map(values.map((each) => [`${each.type} ${each.data}`, each]));
    const marks = txt.filter(({ name }) => name.toLowerCase() === markName).flatMap(textIn);
    return { values: sorted([...unique.values()]), marks };
  }

  /** The prerequisites and the changes hold together, or nothing does. @throws ZoneTrouble */
  async update(
    zone: ZoneAccess,
    lines: { readonly prerequisites: readonly Line[]; readonly changes: readonly Line[] },
    signal: AbortSignal,
  ): Promise<UpdateEnd> {
    const sent = { server: zone.servers[0] ?? '', zone, at: this.clock.now() };
    const message = updateMessage({ id: randomInt(65_536), zone: zone.name, ...lines });
    const { bytes, mac } = signed(message, zone.key, sent.at);
    const answer = await exchange(sent.server, bytes, signal);
    return endOf(
      answer,
      understood(sent, () => signatureOf(answer, zone.key, mac)),
      sent,
    );
  }

  private async query(
    server: string,
    name: string,
    type: RecordType,
    signal: AbortSignal,
  ): Promise<DecodedPacket['answers'] & object> {
    const question = dnsPacket.encode({ type: 'query', id: randomInt(65_536), questions: [{ type, name }] });
    const bytes = await exchange(server, question, signal);
    const rcode = rcodeOf(bytes);
    if (rcode === 'REFUSED' || (rcode !== 'SERVFAIL' && !(bytes.readUInt16BE(2) & AUTHORITATIVE)))
      throw new ZoneTrouble(
        'NotOurZone',
        `${server} does not answer for ${name}: name the servers that have the zone.`,
      );
    if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') throw failed(server, rcode);
    return understood({ server }, () => dnsPacket.decode(bytes)).answers ?? [];
  }
}

export const sorted = (values: readonly DnsValue[]): DnsValue[] =>
  values.toSorted((one, other) => (`${one.type} ${one.data}` < `${other.type} ${other.data}` ? -1 : 1));

function valueIn(answer: NonNullable<DecodedPacket['answers']>[number]): DnsValue[] {
  if (answer.type !== 'A' && answer.type !== 'AAAA' && answer.type !== 'CNAME') return [];
  return [{ type: answer.type, data: answer.data.toLowerCase() }];
}

function textIn(answer: NonNullable<DecodedPacket['answers']>[number]): string[] {
  return answer.type === 'TXT' ? [[answer.data].flat().map(String).join('')] : [];
}

/** What a server sent that is no DNS is its failure. */
function understood<Read>({ server }: Pick<Sent, 'server'>, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new ZoneTrouble('ServerFailed', `${server} sent what is no answer of DNS: ${(error as Error).message}`);
  }
}

function endOf(answer: Buffer, signature: Signature | null, sent: Sent): UpdateEnd {
  const rcode = rcodeOf(answer);
  if (signature && signature.error !== 0) throw signatureTrouble(signature, sent);
  // An answer that nobody signed proves nothing: who refuses a key, or does not look at it, sends one.
  if (rcode === 'NOERROR' && !signature?.isGenuine)
    throw new ZoneTrouble('BadSignature', `${sent.server} did not sign its answer with the key ${sent.zone.key.name}.`);
  if (rcode === 'NOERROR') return 'done';
  const held = prerequisiteEnds.find((each) => each === rcode);
  if (held) return held;
  if (rcode === 'REFUSED') return 'REFUSED';
  throw troubleOf(rcode, sent);
}

function signatureTrouble({ error, serverTime }: Signature, { server, zone, at }: Sent): ZoneTrouble {
  const { name } = zone.key;
  if (error === BAD_KEY)
    return new ZoneTrouble(
      'BadKey',
      `${server} knows no key ${name} of that algorithm: give the key's name as the server has it.`,
    );
  if (error !== BAD_TIME)
    return new ZoneTrouble('BadSignature', `${server} has another secret for the key ${name}: give the key anew.`);
  const skew = serverTime ? `${Math.round((serverTime.getTime() - at.getTime()) / 1_000)} s` : 'more than 300 s';
  return new ZoneTrouble('TimeSkew', `The clock of ${server} is ${skew} off ours: set the clocks of both by NTP.`);
}

function troubleOf(rcode: string, { server, zone }: Sent): ZoneTrouble {
  if (rcode === 'NOTAUTH' || rcode === 'NOTZONE')
    return new ZoneTrouble(
      'NotOurZone',
      `${server} is no primary server of ${zone.name}: name the one that takes updates first.`,
    );
  if (rcode === 'NOTIMP')
    return new ZoneTrouble('NoUpdates', `${server} takes no updates (RFC 2136): allow them there.`);
  return failed(server, rcode);
}

export const refused = (zone: ZoneAccess): ZoneTrouble =>
  new ZoneTrouble(
    'Refused',
    `${zone.servers[0]} refuses updates by the key ${zone.key.name}: allow it to write into ${zone.name}.`,
  );

const failed = (server: string, rcode: string): ZoneTrouble =>
  new ZoneTrouble('ServerFailed', `${server} answers ${rcode}: see its log.`);

const rcodeOf = (answer: Buffer): string => RCODES[answer.readUInt8(3) & 0xf] ?? 'an unknown code';
