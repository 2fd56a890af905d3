import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

const privateRanges: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['2000::', 3, 'ipv6'],
];
/** Inside 2000::/3, yet not a public host: Teredo, documentation, and 6to4 that carries any IPv4 address. */
const notPublicAfterAll: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
];

const closedIpv4 = new BlockList();
const openIpv6 = new BlockList();
const closedIpv6 = new BlockList();
for (const [network, prefix, family] of privateRanges)
  (family === 'ipv4' ? closedIpv4 : openIpv6).addSubnet(network, prefix, family);
for (const [network, prefix] of notPublicAfterAll) closedIpv6.addSubnet(network, prefix, 'ipv6');

/**
 * Whether an address is a public unicast one. IPv4: not in the special-purpose registry (RFC 6890). IPv6: only 2000::/3, so
 * loopback, link-local, unique local, IPv4-mapped and NAT64 addresses are all refused.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closedIpv4.check(address, 'ipv4');
  if (family === 6) return openIpv6.check(address, 'ipv6') && !closedIpv6.check(address, 'ipv6');
  return false;
}

/** All addresses of a host name. @throws Error of node:dns when there is none */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveHost: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);
