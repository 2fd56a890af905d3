import { createHmac, randomUUID } from 'node:crypto';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { Access, notFound } from '../src/index.js';
import { TestIdentity } from '../src/testing.js';
import { probe } from './fixtures/probe.service-definition.js';

const anyCaller = {
  sessionId: randomUUID(),
  kind: 'user',
  administrator: false,
  secondFactor: false,
  scopes: ['*'],
  tokenExpiresAt: new Date(Date.now() + 60_000),
} as const;

describe('the access guard', () => {
  let service: TestService;
  let identity: TestIdentity;

  beforeAll(async () => {
    service = await startTestService(probe, { environment: { LOG_LEVEL: 'silent' } });
    identity = await TestIdentity.create(service.database);
  });
  afterAll(() => service.close());

  const get = (path: string, token?: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url}${path}`, { headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } });
  const code = async (response: Response) => ((await response.json()) as { code: string }).code;

  const sign = (header: Record<string, unknown>, claims: Record<string, unknown>) =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const goodClaims = () => ({
    sub: randomUUID(),
    sid: randomUUID(),
    scope: '*',
    iss: 'berth',
    aud: 'berth',
    exp: Math.floor(Date.now() / 1_000) + 600,
  });

  it('lets everybody use a public route', async () => {
    expect((await get('/v1/open')).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('knows no caller on a public route, whatever token was sent: a route that asks for one fails', async () => {
    expect((await get('/v1/mistaken')).status).toBe(500);
    expect((await get('/v1/mistaken', await identity.token())).status).toBe(500);
    expect((await get('/v1/open', 'no token')).status).toBe(200);
  });

  it('tells the route who calls', async () => {
    const subjectId = randomUUID();
    const response = await get('/v1/me', await identity.token({ subjectId, scopes: ['usage:read', 'costs:*'] }));
    expect(await response.json()).toMatchObject({
      subjectId,
      kind: 'user',
      administrator: false,
      scopes: ['usage:read', 'costs:*'],
    });
  });

  it('answers alike to what is not there and to what the caller may not know of', async () => {
    const access = service.app.get(Access);
    const organizationId = await identity.organization();
    const [member, stranger] = [randomUUID(), randomUUID()];
    await identity.member(organizationId, 'viewer', { subjectId: member });
    const callerOf = (subjectId: string) => ({ subjectId, ...anyCaller });
    const refusal = { code: notFound().code, status: 404, message: notFound().message };
    await expect(access.require(callerOf(stranger), 'projects:read', { organizationId })).rejects.toMatchObject(
      refusal,
    );
    expect(await access.mayKnow(callerOf(stranger), { organizationId })).toBe(false);
    expect(await access.mayKnow(callerOf(member), { organizationId })).toBe(true);
    expect(await access.mayKnow({ ...callerOf(stranger), administrator: true }, { organizationId })).toBe(true);
  });

  it('asks for a token when none was sent', async () => {
    const response = await get('/v1/me');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await code(response)).toBe('unauthenticated');
  });

  it.each([
    ['nothing of a token', () => 'abc'],
    ['three parts of nonsense', () => 'a.b.c'],
    ['a good token with a space in its signature', async () => (await identity.token()).replace(/.{4}$/, ' $&')],
    ['an ended token', () => identity.token({ expiresIn: -1 })],
    ['another audience', () => identity.token({ audience: 'elsewhere' })],
    ['another issuer', () => identity.token({ issuer: 'elsewhere' })],
    ['no signature: alg none', () => `${sign({ alg: 'none', kid: identity.kid }, goodClaims())}.`],
    [
      'a kid that nobody knows',
      async () => (await identity.token()).replace(/^[^.]+/, sign1({ alg: 'RS256', kid: 'x' })),
    ],
    ['no kid', async () => (await identity.token()).replace(/^[^.]+/, sign1({ alg: 'RS256' }))],
    ['another key under a known kid', () => signedByAnother()],
    ['HS256 with the public key as its secret', () => hmacWithPublicKey()],
    ['another algorithm of the same key', () => signedAs('PS256')],
    ['no end', () => signedWithout('exp')],
    ['no subject', () => signedWithout('sub')],
    ['no session', () => signedWithout('sid')],
    ['a changed payload', async () => tampered(await identity.token())],
  ])('refuses %s', async (_, token) => {
    const response = await get('/v1/me', await token());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await code(response)).toBe('unauthenticated');
  });

  const sign1 = (header: Record<string, unknown>) => Buffer.from(JSON.stringify(header)).toString('base64url');

  async function signedByAnother(): Promise<string> {
    const { privateKey } = await generateKeyPair('RS256');
    return new SignJWT(goodClaims())
      .setProtectedHeader({ alg: 'RS256', kid: identity.kid, typ: 'at+jwt' })
      .sign(privateKey);
  }

  async function hmacWithPublicKey(): Promise<string> {
    const [row] = await service.database.query<{ jwk: Record<string, string> }>(
      'select public_jwk as jwk from access_signing_key where kid = $1',
      [identity.kid],
    );
    const publicKey = (await importJWK(row?.jwk ?? {}, 'RS256', { extractable: true })) as CryptoKey;
    const input = sign({ alg: 'HS256', kid: identity.kid }, goodClaims());
    return `${input}.${createHmac('sha256', await exportSPKI(publicKey))
      .update(input)
      .digest('base64url')}`;
  }

  async function signedAs(alg: string): Promise<string> {
    const { privateKey } = await generateKeyPair(alg);
    return new SignJWT(goodClaims()).setProtectedHeader({ alg, kid: identity.kid, typ: 'at+jwt' }).sign(privateKey);
  }

  function signedWithout(claim: 'exp' | 'sub' | 'sid'): Promise<string> {
    const { [claim]: _, ...claims } = goodClaims();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: identity.kid, typ: 'at+jwt' })
      .sign(identity.privateKey);
  }

  function tampered(token: string): string {
    const [header, , signature] = token.split('.');
    return `${header}.${Buffer.from(JSON.stringify({ ...goodClaims(), admin: true })).toString('base64url')}.${signature}`;
  }

  const refusedSoon = (token: string) => eventually(async () => expect((await get('/v1/me', token)).status).toBe(401));

  it('refuses a token whose key was taken away, although it was good a moment ago', async () => {
    const other = await TestIdentity.create(service.database);
    const token = await other.token();
    expect((await get('/v1/me', token)).status).toBe(200);
    await service.database.query('delete from access_signing_key where kid = $1', [other.kid]);
    await service.database.query(`select pg_notify('berth_access', 'platform')`);
    await refusedSoon(token);
  });

  it('refuses a token by a key that has ended', async () => {
    const other = await TestIdentity.create(service.database);
    await service.database.query(`update access_signing_key set not_after = now() - interval '1 s' where kid = $1`, [
      other.kid,
    ]);
    await service.database.query(`select pg_notify('berth_access', 'platform')`);
    expect((await get('/v1/me', await other.token())).status).toBe(401);
  });

  it('refuses a token of a revoked session', async () => {
    const sessionId = randomUUID();
    const token = await identity.token({ sessionId });
    expect((await get('/v1/me', token)).status).toBe(200);
    await identity.revokeSession(sessionId);
    await refusedSoon(token);
  });

  it('refuses a token without the scope that the route requires', async () => {
    const response = await get(`/v1/projects/${randomUUID()}`, await identity.token({ scopes: ['usage:read'] }));
    expect(response.status).toBe(403);
    expect(await code(response)).toBe('forbidden');
  });

  it('lets a token of some scopes read what everybody may, and change nothing that is its person’s own', async () => {
    const found = async (token: string) => {
      const path = `${service.url}/v1/founded/${await identity.organization()}/1`;
      return (await fetch(path, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
    };
    const narrow = await identity.token({ scopes: ['usage:read', 'apps:*'] });
    expect((await get('/v1/me', narrow)).status).toBe(200);
    expect(await found(narrow)).toBe(403);
    expect(await found(await identity.token({ scopes: [] }))).toBe(403);
    expect(await found(await identity.token())).toBe(201);
  });

  it('answers 404 for an organization in which the caller has no role, 403 when the role is too low', async () => {
    const organizationId = await identity.organization();
    const viewer = await identity.member(organizationId, 'viewer');
    const post = (token: string) =>
      fetch(`${service.url}/v1/projects/${organizationId}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await get(`/v1/projects/${organizationId}`, viewer)).status).toBe(200);
    expect((await get(`/v1/projects/${organizationId}`, await identity.token())).status).toBe(404);
    expect((await post(viewer)).status).toBe(403);
    expect((await post(await identity.token())).status).toBe(404);
    expect((await post(await identity.member(organizationId, 'admin'))).status).toBe(204);
  });

  it('lets platform administrators look everywhere and operate, and nobody else operate', async () => {
    const organizationId = await identity.organization();
    const administrator = await identity.token({ administrator: true });
    const operate = (token: string) =>
      fetch(`${service.url}/v1/platform`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect((await get(`/v1/projects/${organizationId}`, administrator)).status).toBe(200);
    expect((await operate(administrator)).status).toBe(204);
    expect((await operate(await identity.member(organizationId, 'owner'))).status).toBe(403);
  });

  it('lets no answer out of a route that requires a permission and never asked about an object', async () => {
    const token = await identity.token();
    const forget = (headers: Record<string, string> = {}) =>
      fetch(`${service.url}/v1/forgetful`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
    const response = await forget();
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('tenant');
    const before = await service.database.query('select from inbox');
    expect((await forget({ 'idempotency-key': 'k' })).status).toBe(500);
    expect(await service.database.query('select from inbox')).toHaveLength(before.length);
  });

  it('lists the organizations of a caller', async () => {
    const subjectId = randomUUID();
    const ids = [await identity.organization(), await identity.organization()].sort();
    for (const id of ids) await identity.member(id, 'viewer', { subjectId });
    const response = await get('/v1/organizations', await identity.token({ subjectId }));
    expect(await response.json()).toEqual(ids);
  });

  it('says in OpenAPI what each route requires', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    expect(document.paths['/v1/projects/{organizationId}']?.['post']).toMatchObject({
      'x-permissions': ['projects:create'],
      security: [{ bearer: [] }],
    });
    expect(document.paths['/v1/open']?.['get']).not.toHaveProperty('security');
  });
});
