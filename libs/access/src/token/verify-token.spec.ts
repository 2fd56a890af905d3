import { KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { keyNamedBy, type TokenRules, type VerificationKey, verifyToken } from './verify-token.js';

const rules: TokenRules = { issuer: 'berth', audience: 'berth' };
const now = new Date('2026-11-21T12:00:00.000Z');
const seconds = (offset: number) => Math.floor(now.getTime() / 1_000) + offset;
const good = { sub: 'u1', sid: 's1', scope: 'apps:read usage:*', iss: 'berth', aud: 'berth', exp: seconds(600) };

let ours: CryptoKey;
let foreign: { readonly key: CryptoKey; readonly jwk: JWK };
let keys: Map<string, VerificationKey>;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  ours = pair.privateKey;
  foreign = { key: other.privateKey, jwk: await exportJWK(other.publicKey) };
  keys = new Map([['k1', { kid: 'k1', publicJwk: await exportJWK(pair.publicKey), notAfter: null }]]);
});

const signed = (claims: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}, key = ours) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header }).sign(key);
const verify = async (token: string, at = now, known = keys) => verifyToken(token, known, rules, at);

describe('a good token', () => {
  it.each([undefined, false, true])('says whether a second factor was shown: %s', async (mfa) => {
    const { caller } = await verify(await signed({ ...good, ...(mfa === undefined ? {} : { mfa }) }));
    expect(caller.secondFactor).toBe(mfa ?? false);
  });

  it('says who calls, since when it is signed by whom and until when', async () => {
    expect(await verify(await signed(good))).toEqual({
      kid: 'k1',
      caller: {
        subjectId: 'u1',
        sessionId: 's1',
        kind: 'user',
        administrator: false,
        secondFactor: false,
        scopes: ['apps:read', 'usage:*'],
        tokenExpiresAt: new Date('2026-11-21T12:10:00.000Z'),
      },
    });
  });

  it('may have several audiences, one of them ours, and no scope at all', async () => {
    const { scope: _, ...rest } = good;
    const { caller } = await verify(await signed({ ...rest, aud: ['elsewhere', 'berth'] }));
    expect(caller.scopes).toEqual([]);
  });

  it('says when that ends which it was obtained with, where it tells', async () => {
    const { caller } = await verify(await signed({ ...good, session_exp: seconds(86_400) }));
    expect(caller.sessionEndsAt).toEqual(new Date('2026-11-22T12:00:00.000Z'));
  });

  it('is good to its last second and not a second longer', async () => {
    const token = await signed(good);
    await expect(verify(token, new Date(seconds(599) * 1_000))).resolves.toBeDefined();
    await expect(verify(token, new Date(seconds(600) * 1_000))).rejects.toThrow();
  });
});

describe('a token is refused', () => {
  it.each<[string, Record<string, unknown>]>([
    ['before it begins', { nbf: seconds(120) }],
    ['that ended', { exp: seconds(-1) }],
    ['with an end that is no number', { exp: String(seconds(600)) }],
    ['of a secret whose end is no number', { session_exp: 'never' }],
    ['of another issuer', { iss: 'berth.example' }],
    ['of several audiences, none of them ours', { aud: ['a', 'b'] }],
    ['of nobody', { sub: '' }],
    ['of a person that is no text', { sub: 7 }],
    ['of no session', { sid: '' }],
    ['that calls itself administrator in words', { admin: 'true' }],
    ['of another kind of subject', { kind: 'platform' }],
    ['whose scopes are a list', { scope: ['*'] }],
    ['of no issuer', { iss: undefined }],
    ['for nobody', { aud: undefined }],
    ['that never ends', { exp: undefined }],
    ['whose beginning is no number', { nbf: 'now' }],
  ])('%s', async (_, claims) => {
    await expect(signed({ ...good, ...claims }).then((token) => verify(token))).rejects.toThrow();
  });

  it('of a key that was replaced under its name, and that of the new one is not', async () => {
    const [old, renewed] = [await signed(good), await signed(good, {}, foreign.key)];
    await verify(old);
    const replaced = new Map([['k1', { kid: 'k1', publicJwk: foreign.jwk, notAfter: null }]]);
    await expect(verify(old, now, replaced)).rejects.toThrow();
    await expect(verify(renewed, now, replaced)).resolves.toMatchObject({ kid: 'k1' });
    await expect(verify(old)).resolves.toBeDefined();
  });

  it('of another kind than an access token, or of none, though the same key signed it', async () => {
    for (const typ of ['JWT', 'logout+jwt', 'id+jwt', ''])
      await expect(verify(await signed(good, { typ }))).rejects.toThrow();
    await expect(verify(await signed(good, { typ: 'application/at+jwt' }))).resolves.toBeDefined();
    const { typ: _, ...header } = { alg: 'RS256', kid: 'k1', typ: '' };
    await expect(verify(await new SignJWT(good).setProtectedHeader(header).sign(ours))).rejects.toThrow();
  });

  it('that brings its own key, in whatever header', async () => {
    const headers = [{ jwk: foreign.jwk }, { jku: 'https://evil.example/jwks.json' }, { x5u: 'https://evil.example' }];
    for (const header of headers) await expect(verify(await signed(good, header, foreign.key))).rejects.toThrow();
  });

  it('that names a path or a statement instead of a key', async () => {
    for (const kid of ['../../dev/null', "' or 1=1 --", '__proto__', 'constructor', ''])
      await expect(verify(await signed(good, { kid }))).rejects.toThrow();
  });

  it('with an extension that must be understood', async () => {
    const token = await new SignJWT(good)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', crit: ['b64'], b64: true })
      .sign(ours);
    await expect(verify(token)).rejects.toThrow();
    const [, payload, signature] = token.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'k1', crit: ['x'], x: 1 })).toString('base64url');
    await expect(verify([header, payload, signature].join('.'))).rejects.toThrow();
  });

  it('with a signature that is written in another way, or followed by something', async () => {
    const token = await signed(good);
    for (const other of [`${token}=`, `${token} `, `${token}\n`, `${token}.`, `.${token}`, token.replaceAll('.', '..')])
      await expect(verify(other)).rejects.toThrow();
  });

  it('of a key that is no RSA key, whatever its name', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const known = new Map([['k1', { kid: 'k1', publicJwk: await exportJWK(publicKey), notAfter: null }]]);
    const [, payload] = (await signed(good)).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' })).toString('base64url');
    const text = Buffer.from(`${header}.${payload}`);
    const signature = sign('sha256', text, KeyObject.from(privateKey)).toString('base64url');
    await expect(verify(`${header}.${payload}.${signature}`, now, known)).rejects.toThrow('no RSA key');
  });

  it('with any character of it changed', async () => {
    const token = await signed(good);
    const places = fc.nat(token.length - 1).filter((at) => token[at] !== '.');
    const letters = fc.constantFrom(...'ABCxyz019-_');
    await fc.assert(
      fc.asyncProperty(places, letters, async (at, letter) => {
        fc.pre(token[at] !== letter);
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        // The last letter of a part may hold bits that say nothing.
        fc.pre(Buffer.from(changed, 'base64url').compare(Buffer.from(token, 'base64url')) !== 0);
        fc.pre(token[at + 1] !== '.' && at + 1 !== token.length);
        await expect(verify(changed)).rejects.toThrow();
      }),
      { numRuns: 100 },
    );
  });

  it('whatever else it is', async () => {
    await fc.assert(fc.asyncProperty(fc.string(), (text) => expect(verify(text)).rejects.toThrow()));
    const parts = fc.tuple(fc.json(), fc.json(), fc.string());
    await fc.assert(
      fc.asyncProperty(parts, ([header, payload, signature]) =>
        expect(
          verify([header, payload, signature].map((part) => Buffer.from(part).toString('base64url')).join('.')),
        ).rejects.toThrow(),
      ),
    );
  });

  it('by a key that has ended, and not a moment before', async () => {
    const key = keys.get('k1') as VerificationKey;
    const until = (notAfter: Date) => new Map([['k1', { ...key, notAfter }]]);
    const token = await signed(good);
    await expect(verify(token, now, until(now))).rejects.toThrow();
    await expect(verify(token, now, until(new Date(now.getTime() + 1)))).resolves.toBeDefined();
  });
});

describe('the key that a token names', () => {
  it('is read before anything is verified, of RS256 tokens alone', async () => {
    expect(keyNamedBy(await signed(good, { kid: 'other' }))).toBe('other');
    for (const header of [{ alg: 'none', kid: 'k1' }, { alg: 'HS256', kid: 'k1' }, { alg: 'RS256' }, { kid: 'k1' }])
      expect(() => keyNamedBy(`${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.`)).toThrow();
  });
});
