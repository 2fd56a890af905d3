import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './addresses.js';

describe('addresses that may be connected to for a tenant', () => {
  it.each(['140.82.121.4', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:50c0:8000::153', '2a00:1450:4001:82b::200e'])(
    'allows the public %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback beyond the first', '127.255.255.254'],
    ['this host', '0.0.0.0'],
    ['private 10', '10.1.2.3'],
    ['private 172.16', '172.16.0.1'],
    ['private 172.31', '172.31.255.255'],
    ['private 192.168', '192.168.1.1'],
    ['link-local, where clouds keep metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '203.0.113.9'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 loopback', '::1'],
    ['IPv6 unspecified', '::'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped public', '::ffff:1.1.1.1'],
    ['unique local', 'fd00::1'],
    ['link-local IPv6', 'fe80::1'],
    ['NAT64 of a private address', '64:ff9b::a00:1'],
    ['6to4 of a private address', '2002:a00:1::'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['no address', 'example.com'],
  ])('refuses %s', (_, address) => expect(isPublicAddress(address)).toBe(false));

  it('judges every IPv4 address as the registry does, number by number', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    // Often in or beside a range, and often anywhere.
    const start = fc.constantFrom(
      ...[[0], [10], [9], [11], [100, 63], [100, 64], [100, 127], [100, 128], [126], [127], [128]],
      ...[
        [169, 253],
        [169, 254],
        [169, 255],
        [172, 15],
        [172, 16],
        [172, 31],
        [172, 32],
        [192, 0, 0],
        [192, 0, 1],
      ],
      ...[
        [192, 0, 2],
        [192, 0, 3],
        [192, 167],
        [192, 168],
        [192, 169],
        [198, 17],
        [198, 18],
        [198, 19],
        [198, 20],
      ],
      ...[[198, 51, 99], [198, 51, 100], [198, 51, 101], [203, 0, 112], [203, 0, 113], [203, 0, 114], [223], [224], []],
    );
    const address = fc.tuple(start, fc.array(byte, { minLength: 4, maxLength: 4 })).map(([given, rest]) => {
      const [a = 0, b = 0, c = 0, d = 0] = [...given, ...rest];
      return [a, b, c, d] as const;
    });
    const isClosed = ([a, b, c]: readonly [number, number, number, number]): boolean => {
      if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
      if (a === 100) return b >= 64 && b <= 127;
      if (a === 169) return b === 254;
      if (a === 172) return b >= 16 && b <= 31;
      if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2));
      if (a === 198) return b === 18 || b === 19 || (b === 51 && c === 100);
      return a === 203 && b === 0 && c === 113;
    };
    fc.assert(
      fc.property(address, (parts) => {
        expect([parts.join('.'), isPublicAddress(parts.join('.'))]).toEqual([parts.join('.'), !isClosed(parts)]);
        // Whatever it is, nobody reaches it by another way of writing it.
        for (const prefix of ['::ffff:', '::', '64:ff9b::'])
          expect(isPublicAddress(`${prefix}${parts.join('.')}`)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes of IPv6 what begins with the bits 001, but for Teredo, 6to4 and documentation', () => {
    const group = fc.integer({ min: 0, max: 0xff_ff });
    const first = fc.oneof(fc.constantFrom(0x1f_ff, 0x20_00, 0x20_01, 0x20_02, 0x20_03, 0x3f_ff, 0x40_00), group);
    const second = fc.oneof(fc.constantFrom(0, 1, 0x0d_b7, 0x0d_b8, 0x0d_b9), group);
    fc.assert(
      fc.property(first, second, fc.array(group, { minLength: 6, maxLength: 6 }), (one, two, rest) => {
        const isOpen = one >> 13 === 1 && one !== 0x20_02 && !(one === 0x20_01 && (two === 0 || two === 0x0d_b8));
        const address = [one, two, ...rest].map((each) => each.toString(16)).join(':');
        expect([address, isPublicAddress(address)]).toEqual([address, isOpen]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '1.1.1',
    '1.1.1.1.',
    '01.1.1.1',
    '1.1.1.256',
    ' 1.1.1.1',
    '0x01010101',
    '16843009',
    '',
    '2606:50c0:8000:::1',
  ])('takes no text for an address that the system might read in another way: %j', (text) =>
    expect(isPublicAddress(text)).toBe(false),
  );
});
