import { describe, expect, it } from '@jest/globals';
import { credentialsOf } from './client-credentials.js';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('what a client says of itself', () => {
  it.each([
    ['in the form', undefined, { client_id: 'a', client_secret: 'b' }, { id: 'a', secret: 'b' }],
    ['a public client', undefined, { client_id: 'a' }, { id: 'a', secret: undefined }],
    ['by HTTP Basic', basic('a:b'), {}, { id: 'a', secret: 'b' }],
    ['with a colon in the secret', basic('a:b:c'), {}, { id: 'a', secret: 'b:c' }],
    ['encoded as a form', basic('a%3A+1:%2Bb'), {}, { id: 'a: 1', secret: '+b' }],
    ['by both, alike', basic('a:b'), { client_id: 'a' }, { id: 'a', secret: 'b' }],
  ])('is understood %s', (_, authorization, form, expected) => {
    expect(credentialsOf(authorization, form)).toEqual(expected);
  });

  it.each([
    ['is absent', undefined, {}],
    ['is given twice', basic('a:b'), { client_secret: 'b' }],
    ['contradicts itself', basic('a:b'), { client_id: 'c' }],
    ['is no pair', basic('ab'), {}],
    ['is of another scheme', 'Bearer abc', {}],
    ['is badly encoded', basic('a:%zz'), {}],
    ['is not even base64', 'Basic !', {}],
  ])('that %s is nobody', (_, authorization, form) => {
    expect(credentialsOf(authorization, form)).toBeUndefined();
  });
});
