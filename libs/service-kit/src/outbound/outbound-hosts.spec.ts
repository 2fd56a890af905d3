import { describe, expect, it } from '@jest/globals';
import { isListedHost, outboundHosts } from './outbound-hosts.js';

const listed = (host: string, text: string) => isListedHost(host, outboundHosts.parse(text));

describe('a list of hosts that may be asked', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.com', ' Example.COM '],
    ['example.com.', 'example.com'],
    ['b.org', 'a.org, b.org ,'],
    ['git.example.com', '*.example.com'],
    ['a.b.example.com', '*.example.com'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]', '2001:0DB8:0::1'],
    ['[::ffff:102:304]', '::ffff:1.2.3.4'],
  ])('has %s on %j', (host, text) => expect(listed(host, text)).toBe(true));

  it.each([
    ['example.org', 'example.com'],
    ['git.example.com', 'example.com'],
    ['example.com', '*.example.com'],
    ['badexample.com', '*.example.com'],
    ['example.com.evil.org', '*.example.com,example.com'],
    ['exampleXcom', 'example.com'],
    ['192.0.2.10', '192.0.2.1'],
  ])('has not %s on %j', (host, text) => expect(listed(host, text)).toBe(false));

  it('names every host when it is empty', () => {
    for (const text of ['', ' ']) expect(listed('example.org', text)).toBe(true);
    expect(isListedHost('example.org', outboundHosts.parse(undefined))).toBe(true);
  });

  it.each([
    'https://example.com',
    'example.com/path',
    'example.com:443',
    '*',
    'a.*.com',
    'two words',
    ':::',
    '[::1]',
    ',',
    ' , ',
  ])('is refused with %j on it', (text) => expect(outboundHosts.safeParse(text).success).toBe(false));
});
