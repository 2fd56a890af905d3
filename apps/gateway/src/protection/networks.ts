import { BlockList, isIP, isIPv6 } from 'node:net';

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Networks in their usual form: `198.51.100.0/24`, `2001:db8::/32`. */
export class Networks {
  private readonly list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const each of networks) {
      const [address = '', prefix] = each.split('/');
      this.list.addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  /** What is no address is nowhere; an IPv4 address in IPv6 form is where its own form is. */
  has(address: string): boolean {
    const [bare = ''] = address.split('%');
    return isIP(bare) !== 0 && this.list.check(bare, familyOf(bare));
  }
}
