import { sendHostileRequests } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

let identity: IdentityService;
let admin: string;
beforeAll(async () => {
  const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
  identity = await IdentityService.start(administrator);
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
});
afterAll(() => identity.close());

it('every route refuses malformed, oversized and hostile input with a problem document, and stores nothing', async () => {
  const acts = async () => (await identity.database.query('select from audit_entry')).length;
  const before = await acts();
  const { sent, wrong } = await sendHostileRequests(identity.service.url, admin);
  expect(wrong).toEqual([]);
  expect(sent).toBeGreaterThan(400);
  expect(await acts()).toBe(before);
});
