import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Jwks, SigningKeyView } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { parse } from 'yaml';
import { IdentityService } from './fixtures/identity-service.js';

const kong = `# the gateway's configuration
_format_version: '3.0'
services: []
consumers:
  - username: berth
    jwt_secrets: []
`;

/** A gateway's control address: takes configurations, or refuses them for a while. */
class ControlledGateway {
  readonly taken: { key: string; rsa_public_key: string }[][] = [];
  refuses = false;
  readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          if (request.url !== '/config' || request.method !== 'POST') return response.writeHead(404).end();
          if (this.refuses) return response.writeHead(400).end('no');
          const { config } = JSON.parse(Buffer.concat(chunks).toString()) as { config: string };
          this.taken.push(parse(config).consumers[0].jwt_secrets);
          return response.writeHead(201).end();
        });
    });
  }

  get kids(): string[] {
    return (this.taken.at(-1) ?? []).map(({ key }) => key).sort();
  }

  listen(where: string | number): Promise<void> {
    return new Promise((resolve) => this.server.listen(where as number, () => resolve()));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('signing keys', () => {
  const overSocket = new ControlledGateway();
  const overHttp = new ControlledGateway();
  let folder: string;
  let identity: IdentityService;
  let admin: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-gateway-'));
    await writeFile(join(folder, 'kong.yml'), kong);
    const socket = join(folder, 'control.sock');
    await overSocket.listen(socket);
    await overHttp.listen(0);
    identity = await IdentityService.start({
      KONG_FILE: join(folder, 'kong.yml'),
      GATEWAY_CONTROL: `unix:${socket}, http://127.0.0.1:${(overHttp.server.address() as AddressInfo).port}`,
      BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
    });
    admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
  });
  afterAll(async () => {
    await identity.close();
    overSocket.close();
    overHttp.close();
    await rm(folder, { recursive: true });
  });

  const path = '/v1/admin/user-management/signing-keys';
  const list = async () => (await identity.call<{ items: SigningKeyView[] }>('GET', path, { token: admin })).body.items;
  const jwks = async () => (await identity.call<Jwks>('GET', '/.well-known/jwks.json')).body;
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const loggedIn = async () => (await identity.login('root@example.com', 'the first password')).body.accessToken;

  it('verify tokens by the published set, which holds no private part', async () => {
    const set = await jwks();
    expect(set.keys).toHaveLength(1);
    expect(Object.keys(set.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const verified = await jwtVerify(admin, createLocalJWKSet(set as never), { issuer: 'berth', audience: 'berth' });
    expect(verified.payload['admin']).toBe(true);
  });

  it('reach every gateway, rendered into its configuration', async () => {
    const [{ kid } = { kid: '' }] = await list();
    await eventually(() => expect([overSocket.kids, overHttp.kids]).toEqual([[kid], [kid]]));
    expect(overHttp.taken.at(-1)?.[0]?.rsa_public_key).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it('lie sealed in the database', async () => {
    const rows = await identity.database.query<{ sealed: Buffer }>('select private_sealed as sealed from signing_key');
    expect(rows).toHaveLength(1);
    for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toContain('PRIVATE KEY');
  });

  it('are changed and seen by administrators only', async () => {
    const { accessToken: token } = await identity.person();
    expect((await identity.call('GET', path, { token })).status).toBe(403);
    expect((await identity.call('POST', path, { token })).status).toBe(403);
    expect((await identity.call('POST', path)).status).toBe(401);
  });

  it('sign only after every gateway has taken them; meanwhile and afterwards old tokens are good', async () => {
    const before = await loggedIn();
    overHttp.refuses = true;
    const rotated = await identity.call<SigningKeyView>('POST', path, { token: admin });
    expect(rotated).toMatchObject({ status: 201, body: { state: 'pending', notAfter: null } });
    await eventually(() => expect(overSocket.kids).toContain(rotated.body.kid));
    const waiting = performance.now();
    await eventually(async () => {
      expect(kidOf(await loggedIn())).toBe(kidOf(before));
      expect(performance.now() - waiting).toBeGreaterThan(3_000); // longer than services need to hear of it
    });

    overHttp.refuses = false;
    await eventually(async () => expect(kidOf(await loggedIn())).toBe(rotated.body.kid));
    expect(overHttp.kids).toHaveLength(2);
    for (const token of [before, await loggedIn()]) {
      expect((await identity.call('GET', '/v1/me', { token })).status).toBe(200);
    }
    expect((await jwks()).keys).toHaveLength(2);
    expect((await list()).map((key) => key.state)).toEqual(['retired', 'active']);
    const [row] = await identity.database.query<{ bytes: number }>(
      `select length(private_sealed) as bytes from signing_key where state = 'retired'`,
    );
    expect(row?.bytes).toBe(0);
  });

  it('are forgotten everywhere once their last token has ended', async () => {
    const [retired] = await list();
    await identity.database.query(`update signing_key set not_after = now() - interval '1 s' where state = 'retired'`);
    await identity.database.query(`update work_item set due_at = now() where queue = 'gateway-sync'`);
    await eventually(async () => {
      expect((await jwks()).keys).toHaveLength(1);
      expect(overHttp.kids).not.toContain(retired?.kid);
      const known = await identity.database.query('select from access_signing_key where kid = $1', [retired?.kid]);
      expect(known).toHaveLength(0);
    });
  });

  it('come to sign in the order in which they were made, however many are made at once', async () => {
    admin = await loggedIn(); // the key of the former token was forgotten
    const made: string[] = [];
    for (let i = 0; i < 3; i++)
      made.push((await identity.call<SigningKeyView>('POST', path, { token: admin })).body.kid);
    await eventually(async () => expect(kidOf(await loggedIn())).toBe(made.at(-1)));
    const states = (await list()).map((key) => key.state);
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
    await eventually(async () => expect((await list()).some((key) => key.state === 'pending')).toBe(false));
    expect(kidOf(await loggedIn())).toBe(made.at(-1));
  });

  it('are made once by replicas that start together on an empty platform', async () => {
    await IdentityService.during({}, async (first) => {
      await first.database.query('delete from signing_key');
      const environment = {
        DATABASE_URL: first.service.databaseUrl,
        KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        MAIL_FOLDER: join(folder, 'mail'),
      };
      const count = async () => (await first.database.query('select from signing_key')).length;
      await Promise.all([1, 2, 3].map(() => IdentityService.during(environment, count)));
      expect(await count()).toBe(1);
    });
  });

  it('replace each other on schedule, one at a time on any number of replicas, and no token fails meanwhile', async () => {
    const schedule = { SIGNING_KEY_DAYS: String(3 / 86_400) };
    await IdentityService.during(schedule, async (first) => {
      const shared = { ...schedule, DATABASE_URL: first.service.databaseUrl, MAIL_FOLDER: first.mailFolder };
      await IdentityService.during(shared, async (second) => {
        const { accessToken } = await first.person();
        const signedBy = new Set([kidOf(accessToken)]);
        await eventually(
          async () => {
            const { email, accessToken: token } = await second.person();
            signedBy.add(kidOf(token));
            for (const each of [accessToken, token])
              for (const on of [first, second])
                expect({ email, status: (await on.call('GET', '/v1/me', { token: each })).status }).toMatchObject({
                  status: 200,
                });
            if (signedBy.size < 3) throw new Error('not yet');
          },
          { within: 240_000, every: 200 },
        );
        const keys = await first.database.query<{ state: string }>('select state from signing_key');
        expect(keys.filter(({ state }) => state === 'active')).toHaveLength(1);
        expect(keys.filter(({ state }) => state === 'pending').length).toBeLessThan(2);
      });
    });
  });
});
