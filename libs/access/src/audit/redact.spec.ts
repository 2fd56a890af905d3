import { describe, expect, it } from '@jest/globals';
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
