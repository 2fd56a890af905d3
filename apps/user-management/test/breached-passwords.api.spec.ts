import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';

const leaked = 'correct horse battery staple';

let folder: string;
let identity: IdentityService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-breached-'));
  const file = join(folder, 'pwned.txt');
  await writeFile(file, `${createHash('sha1').update(leaked).digest('hex').toUpperCase()}:111\r\n`);
  identity = await IdentityService.start({ BREACHED_PASSWORDS_FILE: file });
});
afterAll(async () => {
  await identity.close();
  await rm(folder, { recursive: true });
});

const refused = { status: 422, body: { code: 'password_breached', errors: [{ pointer: '/password' }] } };

describe('a password that a leak had', () => {
  it("is nobody's first one", async () => {
    const body = { email: 'somebody@example.com', password: leaked };
    expect(await identity.call('POST', '/v1/auth/register', { body })).toMatchObject(refused);
    expect(await identity.database.query('select from registration')).toHaveLength(0);
  });

  it('is no new one, neither by the old one nor by a code of recovery, which may be used again', async () => {
    const { email, accessToken: token } = await identity.person();
    const change = { currentPassword: goodPassword, password: leaked };
    expect(await identity.call('POST', '/v1/auth/password', { body: change, token })).toMatchObject(refused);
    await identity.call('POST', '/v1/auth/recovery', { body: { email } });
    const recovery = await identity.codeFor(email, 2);
    const complete = (password: string) =>
      identity.call('POST', '/v1/auth/recovery/complete', { body: { token: recovery, password } });
    expect(await complete(leaked)).toMatchObject(refused);
    expect((await complete('another password of theirs')).status).toBe(204);
  });
});
