import { isIPv6 } from 'node:net';
import dnsPacket from 'dns-packet';
import type { DnsValue } from '../dns-provider.js';

/** Of RFC 1035, 2136 and 8945. */
export const TYPES = { A: 1, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, TSIG: 250, ANY: 255 } as const;
export const CLASSES = { IN: 1, NONE: 254, ANY: 255 } as const;
const UPDATE = 5 << 11;
const EMPTY = Buffer.alloc(0);

/** A line of the prerequisites or of the changes of an update. */
export interface Line {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Buffer;
}

const line = (name: string, type: keyof typeof TYPES, of: Partial<Line>): Line => ({
  ...{ name, type: TYPES[type], class: CLASSES.ANY, ttl: 0, data: EMPTY },
  ...of,
});

/** Prerequisites (RFC 2136, section 2.4): the whole update is refused when one does not hold. */
export const nameIsFree = (name: string): Line => line(name, 'ANY', { class: CLASSES.NONE });
export const hasNo = (name: string, type: keyof typeof TYPES): Line => line(name, type, { class: CLASSES.NONE });
export const textIs = (name: string, text: string): Line =>
  line(name, 'TXT', { class: CLASSES.IN, data: textData(text) });

/** Changes (RFC 2136, section 2.5). */
export const withoutAny = (name: string, type: keyof typeof TYPES): Line => line(name, type, {});
export const withText = (name: string, text: string, ttl: number): Line =>
  line(name, 'TXT', { class: CLASSES.IN, ttl, data: textData(text) });
export const withValue = (name: string, { type, data }: DnsValue, ttl: number): Line =>
  line(name, type, { class: CLASSES.IN, ttl, data: type === 'CNAME' ? nameBytes(data) : addressBytes(data) });

export interface Update {
  readonly id: number;
  readonly zone: string;
  readonly prerequisites: readonly Line[];
  readonly changes: readonly Line[];
}

/** Without a signature. */
export function updateMessage({ id, zone, prerequisites, changes }: Update): Buffer {
  const header = Buffer.alloc(12);
  for (const [index, value] of [id, UPDATE, 1, prerequisites.length, changes.length, 0].entries())
    header.writeUInt16BE(value, index * 2);
  const zoneLine = Buffer.concat([nameBytes(zone), numbers(TYPES.SOA, CLASSES.IN)]);
  return Buffer.concat([header, zoneLine, ...[...prerequisites, ...changes].map(lineBytes)]);
}

export function lineBytes({ name, type, class: kind, ttl, data }: Line): Buffer {
  const lifetime = Buffer.alloc(4);
  lifetime.writeUInt32BE(ttl);
  return Buffer.concat([nameBytes(name), numbers(type, kind), lifetime, numbers(data.length), data]);
}

/** Uncompressed and in lower case: the canonical form, which signatures need. */
export function nameBytes(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .split('.')
    .filter((each) => each !== '');
  return Buffer.concat([...labels.map((each) => Buffer.concat([Buffer.from([each.length]), Buffer.from(each)])), ROOT]);
}
const ROOT = Buffer.from([0]);

export function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

const textData = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

/** The last that the library writes of a message with nothing else in it. */
function addressBytes(data: string): Buffer {
  const [type, length] = isIPv6(data) ? (['AAAA', 16] as const) : (['A', 4] as const);
  return Buffer.from(dnsPacket.encode({ type: 'response', answers: [{ type, name: '.', data }] })).subarray(-length);
}
