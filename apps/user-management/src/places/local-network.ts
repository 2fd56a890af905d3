import { BlockList, isIP } from 'node:net';

const LOCAL = 'local network';

/** Loopback, private, link-local and unique local addresses: RFC 1122, 1918, 3927, 4193, 4291. */
const local = new BlockList();
local.addSubnet('127.0.0.0', 8);
local.addSubnet('10.0.0.0', 8);
local.addSubnet('172.16.0.0', 12);
local.addSubnet('192.168.0.0', 16);
local.addSubnet('169.254.0.0', 16);
local.addAddress('::1', 'ipv6');
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');

/** Undefined: an address that may be anywhere. */
export function localPlaceOf(address: string): string | undefined {
  const family = isIP(address);
  const isLocal = family !== 0 && local.check(address, family === 4 ? 'ipv4' : 'ipv6');
  return isLocal ? LOCAL : undefined;
}
