import { describe, expect, it } from '@jest/globals';
import { isOwnOrigin } from './own-origin.js';

describe('a handshake is from its own host', () => {
  it.each([
    ['when no page asks', { host: 'berth.example' }],
    ['when its page does', { host: 'berth.example', origin: 'https://berth.example' }],
    ['on whatever port', { host: 'localhost:8080', origin: 'http://localhost:5173' }],
    ['behind a proxy', { host: 'service:3000', 'x-forwarded-host': 'berth.example', origin: 'https://berth.example' }],
  ])('%s', (_, headers) => expect(isOwnOrigin(headers)).toBe(true));

  it.each([
    ['when another page asks', { host: 'berth.example', origin: 'https://evil.example' }],
    ['when a name below it asks, where apps are', { host: 'localhost:8080', origin: 'http://web.localhost:8080' }],
    ['when a name that ends alike asks', { host: 'berth.example', origin: 'https://notberth.example' }],
    ['when a page without origin asks', { host: 'berth.example', origin: 'null' }],
    ['when what asks is nothing', { host: 'berth.example', origin: '' }],
    ['when the proxy names another one', { host: 'a.test', 'x-forwarded-host': 'b.test', origin: 'http://a.test' }],
    ['when nobody is asked', { origin: 'https://berth.example' }],
  ])('not %s', (_, headers) => expect(isOwnOrigin(headers)).toBe(false));
});
