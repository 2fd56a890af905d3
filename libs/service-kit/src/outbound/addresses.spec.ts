import { describe, expect, it } from '@jest/globals';
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
});
