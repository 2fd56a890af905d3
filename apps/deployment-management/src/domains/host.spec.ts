import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostOf, isWithin } from './host.js';

describe('a host as people type it', () => {
  it.each([
    ['shop.example.com', 'shop.example.com'],
    ['Shop.EXAMPLE.com', 'shop.example.com'],
    ['shop.example.com.', 'shop.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['a.b', 'a.b'],
  ])('%s is %s', (typed, host) => expect(hostOf(typed)).toBe(host));

  it.each([
    ['', 'nothing'],
    ['shop', 'a single label'],
    ['localhost', 'this machine'],
    ['*.example.com', 'a wildcard'],
    ['192.0.2.1', 'an address'],
    ['0x7f.1', 'an address in another spelling'],
    ['127.1', 'a short address'],
    ['[2001:db8::1]', 'an address of version 6'],
    ['2001:db8::1', 'an address of version 6 without brackets'],
    ['shop.example.com:8080', 'with a port'],
    ['https://shop.example.com', 'a URL'],
    ['shop.example.com/path', 'with a path'],
    ['shop.example.com?query', 'with a query'],
    ['shop%2eexample.com', 'encoded'],
    ['shop.example.com\t', 'with a tab'],
    ['shop.example.com／path', 'with a path in another script'],
    ['user@shop.example.com', 'with a user'],
    ['shop..example.com', 'with an empty label'],
    ['.example.com', 'with an empty label in front'],
    ['-shop.example.com', 'a label that begins with a hyphen'],
    ['_dmarc.example.com', 'no host'],
    ['shop example.com', 'with a space'],
    [`${'a'.repeat(64)}.example.com`, 'with a label that is too long'],
    [`${'a.'.repeat(120)}com`, 'too long for a record beside it'],
  ])('%s is refused: %s', (typed) => expect(hostOf(typed)).toBeNull());

  it('has one spelling, which stays', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const host = hostOf(domain);
        expect(host).toBe(host === null ? null : hostOf(host.toUpperCase()));
      }),
    );
  });
});

it.each([
  ['berth.example', true],
  ['app.berth.example', true],
  ['a.b.Berth.example', true],
  ['notberth.example', false],
  ['example', false],
])('%s lies within the parent: %s', (host, expected) =>
  expect(isWithin(host.toLowerCase(), 'BERTH.example')).toBe(expected),
);
