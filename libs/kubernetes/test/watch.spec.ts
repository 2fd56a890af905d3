import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError, ClusterUnreachable, kinds, type KubeObject, watch, type WatchEvent } from '../src/index.js';
import { answer, breakOff, clientOf, hangUp, refusal, ScriptedServer } from './support/scripted-server.js';

const pod = (name: string, resourceVersion: string) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', resourceVersion } },
});
const listed = (resourceVersion: string, ...items: object[]) => answer(200, { metadata: { resourceVersion }, items });
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const told = (...lines: string[]) => answer(200, lines.join(''));
const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

let server: ScriptedServer;
let world: ReturnType<typeof clientOf>;
beforeAll(async () => (server = await ScriptedServer.start()));
beforeEach(() => void (world = clientOf(server)));
afterEach(() => world.transport.close());
afterAll(() => server.stop());

/** What a watch tells, one after another, until so many events came. */
async function follow(count: number, options: { selector?: string; seconds?: number; mayBeHidden?: boolean } = {}) {
  const controller = new AbortController();
  const seen: WatchEvent<KubeObject>[] = [];
  const following = watch(world.client, kinds.pod, { clock: world.clock, ...options }, controller.signal);
  for await (const event of following) {
    seen.push(event);
    if (seen.length === count) controller.abort();
  }
  return seen.map((event) => {
    if (event.type === 'replaced') return `replaced ${event.items.map(({ metadata }) => metadata.name).join(' ')}`;
    if (event.type === 'lost') return `lost ${event.error instanceof ApiError ? event.error.status : event.error.name}`;
    return event.type === 'connected' ? event.type : `${event.type} ${event.item.metadata.name}`;
  });
}

/** How each request was made: a list, or a watch after a version. */
const requests = () =>
  server.asked.map(({ query }) => (query.has('watch') ? `after ${query.get('resourceVersion')}` : 'list'));

describe('a watch', () => {
  it('begins with the whole set, and goes on where a connection ended without reading it anew', async () => {
    server.will(
      listed('10', pod('a', '9')),
      told(line('ADDED', pod('b', '11')), line('MODIFIED', pod('a', '12')), line('DELETED', pod('b', '13'))),
      told(line('ADDED', pod('c', '14'))),
    );
    const seen = ['replaced a', 'connected', 'changed b', 'changed a', 'deleted b', 'connected', 'changed c'];
    expect(await follow(7)).toEqual(seen);
    expect(requests()).toEqual(['list', 'after 10', 'after 13']);
  });

  it('asks for what was selected, each time, with bookmarks and an end', async () => {
    server.will(listed('10'), told());
    await follow(3, { selector: 'app=shop', seconds: 45 });
    expect(server.asked.map(({ query }) => query.get('labelSelector'))).toEqual(['app=shop', 'app=shop', 'app=shop']);
    expect(Object.fromEntries(server.asked[1]?.query ?? [])).toMatchObject({
      ...{ allowWatchBookmarks: 'true', timeoutSeconds: '45', resourceVersion: '10' },
    });
  });

  it('goes on after a bookmark, which is nothing that happened', async () => {
    server.will(listed('10'), told(line('BOOKMARK', pod('', '500'))), told(line('ADDED', pod('a', '501'))));
    expect(await follow(4)).toEqual(['replaced ', 'connected', 'connected', 'changed a']);
    expect(requests()).toEqual(['list', 'after 10', 'after 500']);
  });

  it.each([
    ['in the answer', refusal(410, 'Expired')],
    ['in a line', told(line('ERROR', expired))],
  ])('states the whole set again when changes may have been missed, as %s says', async (_name, gone) => {
    server.will(listed('10', pod('a', '9')), gone, listed('90', pod('b', '88')), told());
    const seen = (await follow(5)).filter((each) => each !== 'connected');
    expect(seen.slice(0, 3)).toEqual(['replaced a', 'lost 410', 'replaced b']);
    expect(requests().slice(0, 4)).toEqual(['list', 'after 10', 'list', 'after 90']);
  });

  it.each([
    ['500', refusal(500, 'InternalError'), 'lost 500'],
    ['503', refusal(503, 'ServiceUnavailable'), 'lost 503'],
    ['nothing', hangUp, 'lost ClusterUnreachable'],
    ['an error in a line', told(line('ERROR', { kind: 'Status', code: 500, reason: 'InternalError' })), 'lost 500'],
    ['an error that has no number', told(line('ERROR', { kind: 'Status' })), 'lost 500'],
  ])('that is answered by %s goes on later, after the last version seen', async (_name, say, lost) => {
    server.will(listed('10'), told(line('ADDED', pod('a', '11'))), say, told(line('ADDED', pod('b', '12'))));
    const seen = (await follow(7)).filter((each) => each !== 'connected');
    expect(seen.slice(0, 4)).toEqual(['replaced ', 'changed a', lost, 'changed b']);
    expect(requests().slice(0, 4)).toEqual(['list', 'after 10', 'after 11', 'after 11']);
  });

  it('that breaks in the middle of a line tells what was whole, and asks for the rest again', async () => {
    const half = line('ADDED', pod('b', '12')).slice(0, -20);
    server.will(...[listed('10'), breakOff(line('ADDED', pod('a', '11')) + half)], told(line('ADDED', pod('b', '12'))));
    const seen = ['replaced ', 'connected', 'changed a', 'lost ClusterUnreachable', 'connected', 'changed b'];
    expect(await follow(6)).toEqual(seen);
    expect(requests()).toEqual(['list', 'after 10', 'after 11']);
  });

  it('that ends in order in the middle of a line has lost nothing', async () => {
    const half = line('ADDED', pod('b', '12')).slice(0, 30);
    server.will(listed('10'), told(line('ADDED', pod('a', '11')), half), told(line('ADDED', pod('b', '12'))));
    expect(await follow(5)).toEqual(['replaced ', 'connected', 'changed a', 'connected', 'changed b']);
    expect(requests()).toEqual(['list', 'after 10', 'after 11']);
  });

  it('reads everything anew after what it does not understand', async () => {
    server.will(listed('10'), told('<html>Bad gateway</html>\n'), listed('20', pod('a', '19')), told());
    expect(await follow(4)).toEqual(['replaced ', 'connected', 'lost SyntaxError', 'replaced a']);
    expect(requests().slice(0, 3)).toEqual(['list', 'after 10', 'list']);
  });

  it('tells no half of a set: a list that expires between its pages is begun anew', async () => {
    const first = answer(200, { metadata: { resourceVersion: '10', continue: 'more' }, items: [pod('a', '9')] });
    server.will(first, refusal(410, 'Expired'), first, listed('10', pod('b', '8')), told());
    expect(await follow(2)).toEqual(['lost 410', 'replaced a b']);
    expect(server.asked.slice(0, 4).map(({ query }) => query.get('continue'))).toEqual([null, 'more', null, 'more']);
  });

  it('tells an answer that began and a token that is refused', async () => {
    server.will(refusal(401, 'Unauthorized'), listed('10'), told());
    expect((await follow(3)).slice(0, 2)).toEqual(['lost 401', 'replaced ']);
  });
});

describe('between two attempts a watch', () => {
  it('waits longer each time, within a quarter of a minute, and not as long as the others do', async () => {
    server.will(refusal(500, 'InternalError'));
    await follow(12);
    const doubled = world.clock.pauses.map((_, index) => Math.min(100 * 2 ** index, 8_000));
    expect(world.clock.pauses).toHaveLength(12);
    world.clock.pauses.forEach((pause, index) => {
      expect(pause).toBeGreaterThanOrEqual((doubled[index] ?? 0) / 2);
      expect(pause).toBeLessThanOrEqual(doubled[index] ?? 0);
    });
  });

  it('waits as long as the server asks, at least', async () => {
    server.will(listed('10'), refusal(429, 'TooManyRequests', { 'retry-after': '42' }));
    await follow(2);
    server.will(listed('10'), refusal(429, 'TooManyRequests', { 'retry-after': '42' }), told());
    await follow(3);
    expect(world.clock.pauses.at(-1)).toBe(42_000);
  });

  it('begins with short waits again after a connection that held', async () => {
    server.will(refusal(500, 'InternalError'));
    await follow(9);
    const longest = world.clock.pauses.at(-1) ?? 0;
    expect(longest).toBeGreaterThanOrEqual(4_000); // half of the longest, which chance may take away
    server.will(listed('10'), (response) => {
      world.clock.elapsed += 5_001;
      response.end();
    });
    await follow(3);
    expect(world.clock.pauses.at(-1)).toBeLessThanOrEqual(100);
  });

  it.each([
    [undefined, 60_000],
    [5, 5_000],
    [600, 60_000],
  ])('waits for a kind that is not served, with %p seconds for a watch %d milliseconds', async (seconds, pause) => {
    server.will(refusal(404, 'NotFound'));
    await follow(2, seconds === undefined ? {} : { seconds });
    expect(world.clock.pauses).toEqual([pause, pause]);
  });

  it('waits as long for what is hidden from us and may be, and not for what may not', async () => {
    server.will(refusal(403, 'Forbidden'));
    await follow(3, { mayBeHidden: true });
    await follow(3, { mayBeHidden: true, seconds: 5 });
    expect(world.clock.pauses).toEqual([60_000, 60_000, 60_000, 5_000, 5_000, 5_000]);
    await follow(2);
    for (const pause of world.clock.pauses.slice(6)) expect(pause).toBeLessThanOrEqual(200);
  });

  it('reads everything anew once we may look again', async () => {
    server.will(
      listed('10', pod('a', '9')),
      refusal(403, 'Forbidden'),
      listed('12', pod('a', '9'), pod('b', '11')),
      told(),
    );
    expect((await follow(3)).slice(0, 3)).toEqual(['replaced a', 'lost 403', 'replaced a b']);
  });

  it('reads everything anew once a kind that went is served again', async () => {
    server.will(listed('10'), refusal(404, 'NotFound'), listed('3', pod('a', '2')), told());
    expect((await follow(3)).slice(0, 3)).toEqual(['replaced ', 'lost 404', 'replaced a']);
  });
});

it('a watch that is ended says nothing more, not even that it lost its connection', async () => {
  const controller = new AbortController();
  server.will(listed('10'), (response) => {
    response.writeHead(200);
    response.write(line('ADDED', pod('a', '11')));
  });
  const seen: string[] = [];
  for await (const { type } of watch(world.client, kinds.pod, { clock: world.clock }, controller.signal)) {
    seen.push(type);
    if (type === 'changed') controller.abort();
  }
  expect(seen).toEqual(['replaced', 'connected', 'changed']);
  expect(world.clock.pauses).toEqual([]);
});

it('a connection that is cut by the network is an outage, not an answer', async () => {
  server.will(hangUp);
  const failed = world.client.get(kinds.pod, 'a', new AbortController().signal, 'shop');
  await expect(failed).rejects.toBeInstanceOf(ClusterUnreachable);
});
