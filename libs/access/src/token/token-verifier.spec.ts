import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { TokenVerifier } from './token-verifier.js';
import type { VerificationKey } from './verify-token.js';

const now = new Date('2026-11-21T12:00:00.000Z');
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

let privateKey: CryptoKey;
let key: VerificationKey;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  privateKey = pair.privateKey;
  key = { kid: 'k1', publicJwk: await exportJWK(pair.publicKey), notAfter: null };
});

const token = (subject: string) =>
  new SignJWT({ sid: 's1', scope: '*' })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' })
    .setSubject(subject)
    .setIssuer('berth')
    .setAudience('berth')
    .setExpirationTime(after(600))
    .sign(privateKey);
const verifier = () => new TokenVerifier({ issuer: 'berth', audience: 'berth' });
const known = () => new Map([['k1', key]]);

describe('a token that was verified once', () => {
  it('is remembered: the same answer without looking at the signature again', async () => {
    const [remembering, one] = [verifier(), await token('u1')];
    const first = remembering.verify(one, known(), now);
    // Nothing could be verified with this key any more.
    const broken = new Map([['k1', { ...key, publicJwk: {} }]]);
    expect(remembering.verify(one, broken, after(1))).toBe(first);
    expect(() => verifier().verify(one, broken, now)).toThrow();
  });

  it('is recalled at once, as long as it and its key are good; one that was not verified is not', async () => {
    const [remembering, one] = [verifier(), await token('u1')];
    expect(remembering.recall(one, known(), now)).toBeUndefined();
    const verified = remembering.verify(one, known(), now);
    expect(remembering.recall(one, known(), now)).toBe(verified);
    expect(remembering.recall(one, known(), after(600))).toBeUndefined();
    expect(remembering.recall(one, new Map(), now)).toBeUndefined();
  });

  it('ends all the same when its time has come', async () => {
    const [remembering, one] = [verifier(), await token('u1')];
    remembering.verify(one, known(), now);
    expect(() => remembering.verify(one, known(), after(600))).toThrow();
  });

  it('is refused as soon as its key was taken away or has ended, and good again when the key is back', async () => {
    const [remembering, one] = [verifier(), await token('u1')];
    remembering.verify(one, known(), now);
    expect(() => remembering.verify(one, new Map(), now)).toThrow();
    const ended = new Map([['k1', { ...key, notAfter: after(-1) }]]);
    expect(() => remembering.verify(one, ended, now)).toThrow();
    expect(remembering.verify(one, known(), now).caller.subjectId).toBe('u1');
  });

  it('says nothing about another token', async () => {
    const [remembering, one, two] = [verifier(), await token('u1'), await token('u2')];
    expect(remembering.verify(one, known(), now).caller.subjectId).toBe('u1');
    expect(remembering.verify(two, known(), now).caller.subjectId).toBe('u2');
    expect(() => remembering.verify(`${one}x`, known(), now)).toThrow();
    expect(() => remembering.verify(one.slice(0, -4), known(), now)).toThrow();
  });
});
