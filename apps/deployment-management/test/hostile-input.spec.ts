import { hostileRequests, type OpenApi } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
  scene = await Scene.make(platform);
  await scene.deployLive('target');
  await scene.eventuallyRuns({ 'v1 web': 1 });
});
afterAll(() => platform.close());

const state = async () => ({
  entries: await platform.query('select count(*)::int as count from audit_entry'),
  workload: { ...(await scene.now()), conditions: [] },
  releases: await scene.releases(),
});

/** Also with ids of what is really there: a refusal must not hang on there being nothing. */
const withRealIds = (path: string): string =>
  path.replace(/0198c0de-0000-7000-8000-000000000000/, path.startsWith('/v1/apps') ? scene.app.id : scene.id);

it('every route refuses malformed, oversized and hostile input with a problem document, and changes nothing', async () => {
  const document = await scene.owner.get<OpenApi>('/openapi.json');
  const requests = hostileRequests(document).map((each) => ({ ...each, path: withRealIds(each.path) }));
  expect(requests.length).toBeGreaterThan(200);
  const before = await state();
  const wrong: string[] = [];
  for (const { what, method, path, body, contentType } of requests) {
    const headers = { 'if-match': '*', ...(contentType === undefined ? {} : { 'content-type': contentType }) };
    const answer = await scene.owner.send(method, path, body, headers);
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const isRefused = answer.status >= 400 && answer.status < 500;
    const said = JSON.stringify(answer.body)?.slice(0, 200);
    if (!isProblem || !isRefused) wrong.push(`${method} ${path} ${what}: ${answer.status} ${said}`);
  }
  expect(wrong).toEqual([]);
  expect(await state()).toEqual(before);
}, 600_000);
