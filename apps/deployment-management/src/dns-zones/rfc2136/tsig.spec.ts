import { describe, expect, it } from '@jest/globals';
import type { ZoneKey } from '../dns-provider.js';
import { addressOf } from './exchange.js';
import { signatureOf, signed } from './tsig.js';
import {
  hasNo,
  nameBytes,
  nameIsFree,
  textIs,
  updateMessage,
  withoutAny,
  withText,
  withValue,
} from './update-message.js';

const key: ZoneKey = { name: 'berth-key', algorithm: 'hmac-sha256', secret: Buffer.from('open sesame') };
const at = new Date('2026-11-22T12:00:00Z');
const message = updateMessage({ id: 0x1234, zone: 'shop.example', prerequisites: [], changes: [] });
const noMac = Buffer.alloc(0);

describe('an update', () => {
  it('is written as RFC 2136 says', () => {
    const prerequisites = [nameIsFree('a.b'), hasNo('a.b', 'A'), textIs('_o.a.b', 'me')];
    const changes = [
      withoutAny('a.b', 'CNAME'),
      withValue('a.b', { type: 'A', data: '192.0.2.1' }, 60),
      withValue('a.b', { type: 'AAAA', data: '2001:db8::1' }, 60),
      withValue('a.b', { type: 'CNAME', data: 'C.d' }, 60),
      withText('a.b', 'me', 60),
    ];
    const name = '01610162' + '00';
    expect(updateMessage({ id: 1, zone: 'b', prerequisites, changes }).toString('hex')).toBe(
      [
        '0001' + '2800' + '0001' + '0003' + '0005' + '0000' + '016200' + '0006' + '0001',
        `${name}00ff00fe000000000000`,
        `${name}000100fe000000000000`,
        `025f6f${name}0010000100000000` + '0003' + '026d65',
        `${name}000500ff000000000000`,
        `${name}000100010000003c` + '0004' + 'c0000201',
        `${name}001c00010000003c` + '0010' + '20010db8000000000000000000000001',
        `${name}000500010000003c` + '0005' + '0163016400',
        `${name}001000010000003c` + '0003' + '026d65',
      ].join(''),
    );
    expect(nameBytes('Shop.Example.')).toEqual(nameBytes('shop.example'));
  });
});

describe('a signature', () => {
  const { bytes, mac } = signed(message, key, at);
  /** As a server signs what it answers: with what it was asked in hand. */
  const isGenuine = (answer: Buffer, by = key) => signatureOf(answer, by, noMac);

  it('counts as one record more, with the time and the original id', () => {
    expect(bytes.readUInt16BE(10)).toBe(1);
    expect(bytes.toString('hex')).toContain(Math.floor(at.getTime() / 1_000).toString(16));
    expect(mac).toHaveLength(32);
    expect(signed(message, key, at).mac).toEqual(mac);
    expect(signed(message, { ...key, algorithm: 'hmac-sha512' }, at).mac).toHaveLength(64);
  });

  it('of a request is none of an answer to it, nor of anything else', () => {
    expect(isGenuine(bytes)).toEqual({ error: 0, isGenuine: false, serverTime: null });
    expect(signatureOf(message, key, mac)).toBeNull();
    expect(() => signatureOf(bytes.subarray(0, -20), key, mac)).toThrow(/out of range/);
  });
});

it.each([
  ['192.0.2.53', '192.0.2.53', 53],
  ['192.0.2.53:5353', '192.0.2.53', 5_353],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]', '2001:db8::1', 53],
  ['[2001:db8::1]:5353', '2001:db8::1', 5_353],
])('the server %s is asked at %s, port %s', (server, host, port) => {
  expect(addressOf(server)).toEqual({ host, port });
});
