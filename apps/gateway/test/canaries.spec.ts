import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { AnswerCount } from '@berth/contracts/runtime';
import { emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

const HOST = 'shop.localhost';
let gateway: TestGateway;
let upstreams: Record<'stable' | 'canary', TestUpstream>;
let version = 0;

beforeAll(async () => {
  gateway = await startTestGateway(emptyKong);
  const stable = await startUpstream((_, response) => response.end('stable'));
  const canary = await startUpstream((request, response) => {
    if (request.url === '/hang-up') return void request.socket.destroy();
    response.writeHead(request.url === '/broken' ? 503 : 200).end('canary');
  });
  upstreams = { stable, canary };
});
afterAll(async () => {
  await gateway.close();
  await Promise.all(Object.values(upstreams).map((each) => each.close()));
});

const target = (id: string, port: number) => ({ id, host: '127.0.0.1', port });
/** A table in which the canary has that weight; undefined: there is none. */
async function state(
  weight: number | undefined,
  ports = { stable: upstreams.stable.port, canary: upstreams.canary.port },
) {
  const canary = weight === undefined ? {} : { canary: { weight, upstreams: [target('new', ports.canary)] } };
  const routes = [{ host: HOST, upstreams: [target('old', ports.stable)], ...canary }];
  expect((await gateway.control('PUT', '/routes', { version: ++version, routes })).status).toBe(200);
}
/** Who answered so many requests, one after the other. */
async function ask(times: number, path = '/', method = 'GET'): Promise<Record<string, number>> {
  const by: Record<string, number> = {};
  for (let sent = 0; sent < times; sent++) {
    const { body } = await gateway.call({ host: HOST, path, method });
    by[body.trim()] = (by[body.trim()] ?? 0) + 1;
  }
  return by;
}
const counts = async (): Promise<Record<string, [number, number]>> => {
  const { body } = await gateway.control('GET', '/answers');
  const all = JSON.parse(body) as AnswerCount[];
  return Object.fromEntries(all.map(({ upstreamId, requests, errors }) => [upstreamId, [requests, errors]]));
};
beforeEach(() => gateway.control('PUT', '/routes', { version: ++version, routes: [] }));

it.each([
  [0, { stable: 100 }],
  [1, { stable: 99, canary: 1 }],
  [10, { stable: 90, canary: 10 }],
  [37, { stable: 63, canary: 37 }],
  [100, { canary: 100 }],
])('of 100 requests a canary of %i %% gets exactly so many', async (weight, expected) => {
  await state(weight);
  expect(await ask(100)).toEqual(expected);
});

it('a canary gets its part however often the table is replaced meanwhile', async () => {
  const by: Record<string, number> = {};
  await state(10);
  for (let round = 0; round < 20; round++) {
    await state(10);
    for (const [who, times] of Object.entries(await ask(1))) by[who] = (by[who] ?? 0) + times;
  }
  expect(by).toEqual({ stable: 18, canary: 2 });
});

it('a canary that takes no connection costs nobody an answer, nor does a stable release that takes none', async () => {
  const closed = await startUpstream();
  await closed.close();
  await state(100, { stable: upstreams.stable.port, canary: closed.port });
  expect(await ask(5)).toEqual({ stable: 5 });
  await state(0, { stable: closed.port, canary: upstreams.canary.port });
  expect(await ask(5)).toEqual({ canary: 5 });
});

it('counts what each release answered, and what it answered with 5xx or not at all', async () => {
  await state(100);
  await ask(3);
  await ask(2, '/broken');
  await ask(1, '/hang-up', 'POST');
  expect(await counts()).toEqual({ new: [6, 3] });
  await state(0);
  await ask(4);
  expect(await counts()).toEqual({ new: [6, 3], old: [4, 0] });
});

it('forgets the counts of what left the table', async () => {
  await state(100);
  await ask(1);
  await state(undefined);
  expect(await counts()).toEqual({});
});
