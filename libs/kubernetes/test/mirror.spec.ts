import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { kinds, type KubeObject, Mirror, type MirrorOptions } from '../src/index.js';
import { answer, clientOf, refusal, ScriptedServer } from './support/scripted-server.js';

interface Pod extends KubeObject {
  readonly status: string;
}
const pod = (name: string, version: string | number, status = 'new', app = 'shop'): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', status },
  metadata: { name, namespace: 'ns', resourceVersion: String(version), labels: { app } },
});
const listed = (version: number, ...items: object[]) =>
  answer(200, { metadata: { resourceVersion: String(version) }, items });
const told = (...events: [type: string, item: Pod][]) =>
  answer(200, events.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join(''));

let server: ScriptedServer;
let world: ReturnType<typeof clientOf>;
beforeAll(async () => (server = await ScriptedServer.start()));
beforeEach(() => void (world = clientOf(server)));
afterEach(() => world.transport.close());
afterAll(() => server.stop());

const mirrorOf = (options: Partial<MirrorOptions<Pod>> = {}) =>
  new Mirror<Pod>(world.client, {
    ...{ kind: kinds.pod, clock: world.clock, indexBy: ({ metadata }) => metadata.labels?.['app'], ...options },
  });

/** What is shown of an app, as `name status`. */
const shown = (mirror: Mirror<Pod>, app = 'shop') =>
  mirror.of(app).map(({ metadata, status }) => `${metadata.name} ${status}`);

/** Follows what the server was told to say, until the mirror pauses for the nth time. */
async function follow(mirror: Mirror<Pod>, pauses = 1): Promise<void> {
  const controller = new AbortController();
  const wanted = world.clock.pauses.length + pauses;
  world.clock.onPause = () => {
    if (world.clock.pauses.length >= wanted) controller.abort();
  };
  await mirror.follow(controller.signal);
}

describe('what a write of ours answered', () => {
  it('is shown at once, in the order of names, under what it is looked for by', () => {
    const mirror = mirrorOf();
    for (const name of ['b', 'a', 'c']) mirror.put(pod(name, 1));
    mirror.put(pod('d', 1, 'new', 'other'));
    expect(shown(mirror)).toEqual(['a new', 'b new', 'c new']);
    expect(shown(mirror, 'other')).toEqual(['d new']);
    expect(mirror.of('nobody')).toEqual([]);
  });

  it('is not set back by older news, and versions are numbers, however long', () => {
    const mirror = mirrorOf();
    mirror.put(pod('a', 10, 'ten'));
    mirror.put(pod('a', 9, 'nine'));
    expect(shown(mirror)).toEqual(['a ten']);
    mirror.put(pod('a', '90071992547409930', 'even'));
    mirror.put(pod('a', '90071992547409929', 'odd'));
    expect(shown(mirror)).toEqual(['a even']);
  });

  it('is found elsewhere when what it is looked for by has changed, and nowhere when it has none', () => {
    const mirror = mirrorOf();
    mirror.put(pod('a', 1));
    mirror.put(pod('a', 2, 'moved', 'other'));
    expect([shown(mirror), shown(mirror, 'other')]).toEqual([[], ['a moved']]);
    const { labels: _, ...metadata } = pod('a', 3).metadata;
    mirror.put({ ...pod('a', 3, 'bare'), metadata });
    expect(shown(mirror, 'other')).toEqual([]);
    expect(mirror.get('a', 'ns')?.status).toBe('bare');
  });

  it('is kept without the fields that others state', () => {
    const mirror = mirrorOf();
    const item = pod('a', 1);
    const fieldsV1 = { 'f:spec': {} };
    const managedFields = ['kubectl', 'berth'].map((manager) => ({ manager, operation: 'Apply', fieldsV1 }));
    mirror.put({ ...item, metadata: { ...item.metadata, managedFields } });
    expect(mirror.get('a', 'ns')?.metadata.managedFields).toEqual([managedFields[1]]);
  });
});

describe('a mirror that follows', () => {
  it('shows what there is, what came, what changed and what went, and hints at it afterwards', async () => {
    const hints: string[] = [];
    const mirror: Mirror<Pod> = mirrorOf({
      onChange: ({ metadata: { name } }) => hints.push(`${name}: ${mirror.get(name, 'ns')?.status ?? 'gone'}`),
      onReplace: () => hints.push('all anew'),
    });
    server.will(
      listed(10, pod('a', 8), pod('b', 9)),
      told(['ADDED', pod('c', 11)], ['MODIFIED', pod('a', 12, 'old')], ['DELETED', pod('b', 13)]),
    );
    await follow(mirror);
    expect(shown(mirror)).toEqual(['a old', 'c new']);
    expect(hints).toEqual(['all anew', 'c: new', 'a: old', 'b: gone']);
  });

  it('takes away what a newer list does not have, but not what came after that list', async () => {
    const mirror = mirrorOf();
    mirror.put(pod('stale', 5));
    mirror.put(pod('fresh', 20));
    server.will(listed(10, pod('a', 8)), told());
    await follow(mirror);
    expect(shown(mirror)).toEqual(['a new', 'fresh new']);
  });

  it('does not bring back what went, by a word of it that was late', async () => {
    const mirror = mirrorOf();
    server.will(listed(10, pod('a', 9)), told(['DELETED', pod('a', 12)]));
    await follow(mirror);
    for (const version of [11, 12]) mirror.put(pod('a', version, 'late'));
    expect(shown(mirror)).toEqual([]);
    mirror.put(pod('a', 13, 'made anew'));
    expect(shown(mirror)).toEqual(['a made anew']);
  });

  it('does not take away what was made anew, by a late word of the end of the one before', async () => {
    const mirror = mirrorOf();
    server.will(listed(10), (response, asked) => {
      mirror.put(pod('a', 30, 'made anew'));
      told(['DELETED', pod('a', 12)])(response, asked);
    });
    await follow(mirror);
    expect(shown(mirror)).toEqual(['a made anew']);
  });

  it('keeps what it knows while the server fails, says why, and is right again by itself, which it tells once', async () => {
    let returns = 0;
    const mirror = mirrorOf({ onBack: () => void returns++ });
    expect(mirror.lost).toMatchObject({ message: 'It has not been read yet.' });
    server.will(listed(10, pod('a', 9)), told());
    await follow(mirror);
    expect([mirror.lost, returns]).toEqual([null, 1]);
    server.will(refusal(500, 'InternalError'));
    await follow(mirror);
    expect(mirror.lost).toMatchObject({ status: 500 });
    expect(shown(mirror)).toEqual(['a new']);
    server.will(listed(20, pod('b', 19)), told());
    await follow(mirror);
    expect([mirror.lost, shown(mirror), returns]).toEqual([null, ['b new'], 2]);
  });

  it('has settled once it has failed, so that nobody waits for what is not coming', async () => {
    const mirror = mirrorOf();
    server.will(refusal(403, 'Forbidden'));
    await follow(mirror);
    await mirror.settled;
    expect(mirror.lost).toMatchObject({ status: 403 });
  });
});

describe('a kind that is not served', () => {
  it('is a failure like any other', async () => {
    const mirror = mirrorOf();
    mirror.put(pod('a', 1));
    server.will(refusal(404, 'NotFound'));
    await follow(mirror);
    expect(mirror.lost).toMatchObject({ status: 404 });
    expect([mirror.isServed, shown(mirror)]).toEqual([true, ['a new']]);
  });

  it('and need not be is empty, which is told once, and comes with all that it has', async () => {
    let replaced = 0;
    const mirror = mirrorOf({ isOptional: true, onReplace: () => replaced++ });
    mirror.put(pod('a', 1));
    server.will(refusal(404, 'NotFound'));
    await follow(mirror, 3);
    expect({ lost: mirror.lost, served: mirror.isServed, shown: shown(mirror), replaced }).toEqual({
      ...{ lost: null, served: false, shown: [], replaced: 1 },
    });
    server.will(listed(10, pod('b', 9)), told());
    await follow(mirror);
    expect({ served: mirror.isServed, shown: shown(mirror), replaced }).toEqual({
      ...{ served: true, shown: ['b new'], replaced: 2 },
    });
  });

  it('and may be hidden is empty where we may not look, and comes when we may', async () => {
    const mirror = mirrorOf({ isOptional: true, mayBeHidden: true });
    mirror.put(pod('a', 1));
    server.will(refusal(403, 'Forbidden'));
    await follow(mirror, 2);
    expect({ lost: mirror.lost, served: mirror.isServed, shown: shown(mirror) }).toEqual({
      ...{ lost: null, served: false, shown: [] },
    });
    server.will(listed(10, pod('b', 9)), told());
    await follow(mirror);
    expect([mirror.isServed, shown(mirror)]).toEqual([true, ['b new']]);
  });

  it('and may be hidden is whole again where it was hidden for a while only', async () => {
    const mirror = mirrorOf({ isOptional: true, mayBeHidden: true });
    server.will(listed(10, pod('a', 9)), told(), refusal(403, 'Forbidden'), listed(10, pod('a', 9)), told());
    await follow(mirror, 3);
    expect([mirror.isServed, shown(mirror)]).toEqual([true, ['a new']]);
  });

  it.each([403, 500])('is not what a refusal with %d says', async (status) => {
    const mirror = mirrorOf({ isOptional: true });
    server.will(refusal(status, 'No'));
    await follow(mirror);
    expect(mirror.lost).toMatchObject({ status });
    expect(mirror.isServed).toBe(true);
  });
});
