import { describe, expect, it } from '@jest/globals';
import { type CorsConfig, plugin } from '../kong/plugin-schemas.js';
import { corsHeaders, preflightHeaders } from './cors.js';

const config = (fields: Record<string, unknown>): CorsConfig =>
  plugin.parse({ name: 'cors', config: fields }).config as CorsConfig;
const allowed = (fields: Record<string, unknown>, origin: string) => {
  const headers = corsHeaders(config(fields), origin);
  const index = headers.indexOf('Access-Control-Allow-Origin');
  return index < 0 ? undefined : headers[index + 1];
};

describe('corsHeaders', () => {
  it.each([
    ['any origin when none is named', {}, 'https://a.test', '*'],
    ['any origin by a star', { origins: ['*'] }, 'https://a.test', '*'],
    ['the asking origin when credentials forbid a star', { credentials: true }, 'https://a.test', 'https://a.test'],
    ['the one plain origin, whoever asks', { origins: ['https://a.test'] }, 'https://b.test', 'https://a.test'],
    ['one of several', { origins: ['https://a.test', 'https://b.test'] }, 'https://b.test', 'https://b.test'],
    ['none beyond several', { origins: ['https://a.test', 'https://b.test'] }, 'https://c.test', undefined],
    [
      'an origin without its default port',
      { origins: ['https://a.test:443', 'https://b.test'] },
      'https://a.test',
      'https://a.test',
    ],
    ['a pattern of whole origins', { origins: ['https://.*\\.a\\.test'] }, 'https://x.a.test', 'https://x.a.test'],
    [
      'a pattern anchored at both ends',
      { origins: ['https://.*\\.a\\.test'] },
      'https://x.a.test.evil.test',
      undefined,
    ],
    [
      'a pattern without a colon, of hosts',
      { origins: ['(.+\\.)?a\\.test'] },
      'http://x.a.test:81',
      'http://x.a.test:81',
    ],
    ['a pattern anchored by its author', { origins: ['^https?://a\\.test$'] }, 'http://a.test', 'http://a.test'],
    [
      'alternatives, each anchored',
      { origins: ['https://a\\.test|https://b\\.test'] },
      'https://a.test.evil',
      undefined,
    ],
  ])('allows %s', (_, fields, origin, expected) => {
    expect(allowed(fields, origin)).toBe(expected);
  });

  it('allows credentials when told to', () => {
    const headers = corsHeaders(config({ origins: ['https://a.test'], credentials: true }), 'https://a.test');
    expect(headers).toContain('Access-Control-Allow-Credentials');
    expect(headers).toContain('Vary');
  });

  it('refuses a pattern that is none before it starts', () => {
    expect(() => config({ origins: ['a('] })).toThrow('regular expression');
  });
});

describe('preflightHeaders', () => {
  it('echoes the asked headers when none are named', () => {
    const request = { method: 'OPTIONS', origin: 'https://a.test', requestMethod: 'PUT', requestHeaders: 'x-a, x-b' };
    expect(preflightHeaders(config({ methods: ['PUT'] }), request)).toEqual([
      ...['Access-Control-Allow-Origin', '*'],
      ...['Access-Control-Allow-Headers', 'x-a, x-b'],
      ...['Access-Control-Allow-Methods', 'PUT'],
    ]);
  });
});
