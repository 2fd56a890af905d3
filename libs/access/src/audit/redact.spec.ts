import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from './redact.js';

describe('redact', () => {
  it.each([
    'password',
    'Password',
    'newPassword',
    'passphrase',
    'secret',
    'clientSecret',
    'token',
    'refreshToken',
    'accessToken',
    'authorization',
    'cookie',
    'credentials',
    'privateKey',
    'apiKey',
    'api_key',
    'value',
    'values',
    'env',
  ])('hides %s at any depth', (name) => {
    const hidden = JSON.stringify(redact({ [name]: 'canary', list: [{ deep: { [name]: ['canary'] } }] }));
    expect(hidden).not.toContain('canary');
  });

  it.each(['role', 'name', 'count', 'environmentId', 'keys', 'evaluated'])('keeps %s', (name) => {
    expect(redact({ [name]: 'kept' })).toEqual({ [name]: 'kept' });
  });

  it('makes plain JSON of what is none', () => {
    const odd = {
      at: new Date(0),
      big: 5n,
      call: () => 1,
      none: undefined,
      nan: Number.NaN,
      nested: { none: undefined },
    };
    expect(JSON.parse(JSON.stringify(redact(odd)))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      big: '5',
      call: null,
      nan: null,
      nested: {},
    });
  });
});

it('keeps nothing below a name that speaks of a secret, however deep and in whatever shape', () => {
  const canary = 'canary-91f2';
  const secret = fc.constantFrom(
    'password',
    'newPassword',
    'clientSecret',
    'refreshToken',
    'Authorization',
    'API_KEY',
    'value',
  );
  const shape = fc.constantFrom<(text: string) => unknown>(
    (text) => text,
    (text) => [text, [text]],
    (text) => ({ inner: text }),
    (text) => ({ list: [{ text }] }),
  );
  const path = fc.array(fc.constantFrom('a', 'b', 'list'), { maxLength: 4 });
  fc.assert(
    fc.property(path, secret, shape, (above, name, made) => {
      const detail = above.reduceRight<Record<string, unknown>>((below, key) => ({ [key]: [below] }), {
        [name]: made(canary),
        kept: 1,
      });
      const text = JSON.stringify(redact(detail));
      expect(text).not.toContain(canary);
      expect(text).toContain('"kept":1');
    }),
  );
});
