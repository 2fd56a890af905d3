import { hostileRequests, type OpenApi } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { Platform } from './support/platform.js';

let platform: Platform;
let token: string;
beforeAll(async () => {
  platform = await Platform.start({ ROLE: 'api' });
  token = await platform.tokenFor({ organizationId: v7() });
});
afterAll(() => platform.close());

const rows = () =>
  platform.service.database.query('select (select count(*) from upload) u, (select count(*) from build) b');

it('every route refuses malformed, oversized and hostile input with a problem document, and stores nothing', async () => {
  const document = await platform.get<OpenApi>('/openapi.json', token);
  const requests = hostileRequests(document);
  expect(requests.length).toBeGreaterThan(20);
  const before = await rows();
  const wrong: string[] = [];
  for (const { what, method, path, body, contentType = 'application/json' } of requests) {
    const headers = body === undefined ? {} : { 'content-type': contentType };
    const answer = await platform.fetch(path, token, { method, headers, ...(body === undefined ? {} : { body }) });
    const said = (await answer.text()).slice(0, 200);
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const isRefused = answer.status >= 400 && answer.status < 500;
    if (!isProblem || !isRefused) wrong.push(`${method} ${path} ${what}: ${answer.status} ${said}`);
  }
  expect(wrong).toEqual([]);
  expect(await rows()).toEqual(before);
}, 600_000);
