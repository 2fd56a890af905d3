import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ZoneKey } from '../dns-provider.js';
import { CLASSES, lineBytes, nameBytes, numbers, TYPES } from './update-message.js';

const FUDGE_SECONDS = 300;
const HEADER_BYTES = 12;

/** Signs a message. (RFC 8945, section 4.3.3) */
export function signed(message: Buffer, key: ZoneKey, at: Date): { readonly bytes: Buffer; readonly mac: Buffer } {
  const variables = { time: secondsOf(at), fudge: FUDGE_SECONDS, error: 0, other: Buffer.alloc(0) };
  const mac = macOf(key, message, variables);
  const data = Buffer.concat([
    ...[nameBytes(key.algorithm), timeBytes(variables.time), numbers(FUDGE_SECONDS, mac.length), mac],
    ...[message.subarray(0, 2), numbers(0, 0)],
  ]);
  const bytes = Buffer.concat([
    message,
    lineBytes({ name: key.name, type: TYPES.TSIG, class: CLASSES.ANY, ttl: 0, data }),
  ]);
  bytes.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { bytes, mac };
}

/** Of an answer: 16 BADSIG, 17 BADKEY, 18 BADTIME. */
export interface Signature {
  readonly error: number;
  /** The server's clock, when it says so with BADTIME. */
  readonly serverTime: Date | null;
  readonly isGenuine: boolean;
}

interface Variables {
  readonly time: Buffer | number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

/** What signs an answer to a request that had that MAC; null: nothing does. @throws RangeError when it is cut off */
export function signatureOf(answer: Buffer, key: ZoneKey, requestMac: Buffer): Signature | null {
  const start = startOfLast(answer);
  if (start === null) return null;
  const fixed = afterName(answer, start);
  if (answer.readUInt16BE(fixed) !== TYPES.TSIG) return null;
  const data = answer.subarray(fixed + 10, fixed + 10 + answer.readUInt16BE(fixed + 8));
  const times = afterName(data, 0);
  const macEnd = times + 10 + data.readUInt16BE(times + 8);
  const [mac, error] = [data.subarray(times + 10, macEnd), data.readUInt16BE(macEnd + 2)];
  const other = data.subarray(macEnd + 6, macEnd + 6 + data.readUInt16BE(macEnd + 4));
  const unsigned = Buffer.from(answer.subarray(0, start));
  unsigned.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  data.copy(unsigned, 0, macEnd, macEnd + 2); // what a forwarder changed
  const variables = { time: data.subarray(times, times + 6), fudge: data.readUInt16BE(times + 6), error, other };
  const expected = macOf(key, Buffer.concat([numbers(requestMac.length), requestMac, unsigned]), variables);
  const isGenuine = mac.length === expected.length && timingSafeEqual(mac, expected);
  return { error, isGenuine, serverTime: other.length === 6 ? new Date(other.readUIntBE(0, 6) * 1_000) : null };
}

function macOf(
  { name, algorithm, secret }: ZoneKey,
  message: Buffer,
  { time, fudge, error, other }: Variables,
): Buffer {
  return createHmac(algorithm.replace('hmac-', ''), secret)
    .update(message)
    .update(nameBytes(name))
    .update(numbers(CLASSES.ANY, 0, 0))
    .update(nameBytes(algorithm))
    .update(typeof time === 'number' ? timeBytes(time) : time)
    .update(numbers(fudge, error, other.length))
    .update(other)
    .digest();
}

/** Where the last record of a message begins; null: it has none. */
function startOfLast(message: Buffer): number | null {
  const count = (index: number): number => message.readUInt16BE(4 + 2 * index);
  let offset = HEADER_BYTES;
  for (let question = 0; question < count(0); question++) offset = afterName(message, offset) + 4;
  const records = count(1) + count(2) + count(3);
  if (count(3) === 0) return null;
  for (let record = 1; record < records; record++) {
    const fixed = afterName(message, offset);
    offset = fixed + 10 + message.readUInt16BE(fixed + 8);
  }
  return offset;
}

/** A name ends with an empty label, or with a pointer to the rest of it. */
function afterName(message: Buffer, start: number): number {
  let offset = start;
  for (;;) {
    const length = message.readUInt8(offset);
    if (length >= 0xc0) return offset + 2;
    if (length === 0) return offset + 1;
    offset += length + 1;
  }
}

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1_000);

function timeBytes(seconds: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(seconds, 0, 6);
  return bytes;
}
