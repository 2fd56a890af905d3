import { describe, expect, it } from '@jest/globals';
import { challengeIn } from './challenge.js';

describe('what a registry answers to whom it does not know', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['Digest realm="a", nonce="b"', undefined],
    ['Bearer', undefined],
    ['Bearer service="no realm"', undefined],
    ['Basic', { scheme: 'basic' }],
    ['basic realm="a"', { scheme: 'basic' }],
    ['Bearer realm="https://a/token"', { scheme: 'bearer', realm: 'https://a/token' }],
    [
      'bearer Realm="https://a/token",SERVICE="b, c",scope="repository:x:pull,push"',
      { scheme: 'bearer', realm: 'https://a/token', service: 'b, c', scope: 'repository:x:pull,push' },
    ],
    ['Bearer realm=https://a/t?x=1 , service=b', { scheme: 'bearer', realm: 'https://a/t?x=1', service: 'b' }],
    [String.raw`Bearer realm="a\"b"`, { scheme: 'bearer', realm: 'a"b' }],
    ['Basic realm="b", Bearer realm="a", error="invalid_token"', { scheme: 'bearer', realm: 'a' }],
    ['Bearer realm="a", Basic realm="b", service="c"', { scheme: 'bearer', realm: 'a' }],
  ])('%s', (header, challenge) => expect(challengeIn(header)).toEqual(challenge));
});
