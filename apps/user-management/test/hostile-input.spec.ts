import { hostileRequests, type OpenApi } from '@berth/testing';
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
  const document = (await identity.call<OpenApi>('GET', '/openapi.json')).body;
  const requests = hostileRequests(document);
  expect(requests.length).toBeGreaterThan(200);
  const rows = async () =>
    (await identity.database.query<{ n: number }>('select count(*)::int as n from audit_entry'))[0]?.n;
  const before = await rows();
  const wrong: string[] = [];
  for (const { what, method, path, body, contentType = 'application/json' } of requests) {
    const response = await fetch(`${identity.service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${admin}`,
        'if-match': '*',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const problem = (await response.text()).slice(0, 500);
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const isRefused = response.status >= 400 && response.status < 500;
    if (!isProblem || !isRefused) wrong.push(`${method} ${path} ${what}: ${response.status} ${problem}`);
  }
  expect(wrong).toEqual([]);
  expect(await rows()).toBe(before);
}, 120_000);
