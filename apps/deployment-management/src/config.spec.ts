import { describe, expect, it } from '@jest/globals';
import { config } from './config.js';

const { DNS_SERVERS } = config.shape;

describe('DNS_SERVERS', () => {
  it('are addresses, with a port or without', () => {
    expect(DNS_SERVERS.parse(' 192.0.2.53, [2001:db8::1]:5353 ')).toEqual(['192.0.2.53', '[2001:db8::1]:5353']);
    expect(DNS_SERVERS.parse(undefined)).toEqual([]);
  });

  it.each(['ns.example.com', '192.0.2.53,ns', '192.0.2.53:port'])('are refused at the start as %j', (text) => {
    expect(DNS_SERVERS.safeParse(text).success).toBe(false);
  });
});
