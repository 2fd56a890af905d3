import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

/** Something that is changed with If-Match: where it is, and two changes of it. */
interface Changed {
  readonly make: () => Promise<string>;
  readonly change: object;
  readonly other: object;
}

let platform: Platform;
let scene: Scene;
let viewer: Client;
let stranger: Client;
let made = 0;
beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
  scene = await Scene.make(platform);
  viewer = await scene.member('viewer');
  stranger = (await Scene.make(platform)).owner;
});
afterAll(() => platform.close());

const put = async (path: string, body: object, at = path) =>
  `${at}/${(await scene.owner.post<{ id: string }>(path, body)).id}`;
const fresh = () => `made-${++made}`;

const app = () => put('/v1/apps', { projectId: scene.project.id, slug: fresh(), source: { kind: 'upload' } });

const objects: Record<string, Changed> = {
  'an app': {
    make: app,
    change: { build: { rootFolder: 'one' } },
    other: { build: { rootFolder: 'two' } },
  },
  'a workload': {
    make: async () => {
      const appId = (await app()).split('/').at(-1);
      return put('/v1/workloads', { appId, environmentId: scene.environment.id });
    },
    change: { trackedRef: 'one' },
    other: { trackedRef: 'two' },
  },
  'a schedule': {
    make: () =>
      put(
        `/v1/workloads/${scene.id}/schedules`,
        { name: fresh(), cron: '0 3 1 1 *', timeZone: 'UTC', command: 'node report.js' },
        '/v1/schedules',
      ),
    change: { suspended: true },
    other: { cron: '0 4 1 1 *' },
  },
  'a volume': {
    make: () => {
      const name = fresh();
      return put('/v1/volumes', { workloadId: scene.id, name, mountPath: `/${name}`, sizeMib: 64 });
    },
    change: { sizeMib: 128 },
    other: { sizeMib: 256 },
  },
};

describe.each(Object.entries(objects))('a change of %s', (_, { make, change, other }) => {
  const read = async (path: string) => {
    const { body, headers } = await scene.owner.send<object>('GET', path);
    return { body, etag: headers.get('etag') ?? '' };
  };
  const patch = (path: string, body: object, ifMatch?: string, by = scene.owner) =>
    by.send<{ code?: string }>('PATCH', path, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });

  it('holds at what was read, and what is read next has another tag, which the next one needs', async () => {
    const path = await make();
    const { etag } = await read(path);
    expect(await patch(path, change, etag)).toMatchObject({ status: 200, body: change });
    const next = await read(path);
    expect(next).toMatchObject({ body: change });
    expect(next.etag).not.toBe(etag);
    expect(await patch(path, other, next.etag)).toMatchObject({ status: 200, body: other });
  });

  it('holds at whatever there is with *, and at one of several tags', async () => {
    const path = await make();
    expect(await patch(path, change, '*')).toMatchObject({ status: 200 });
    const { etag } = await read(path);
    expect(await patch(path, other, `"0", ${etag}`)).toMatchObject({ status: 200, body: other });
  });

  it('is refused without If-Match, with a stale one and with a weak one, and nothing has changed', async () => {
    const path = await make();
    const { etag: stale } = await read(path);
    expect((await patch(path, change, stale)).status).toBe(200);
    const before = await read(path);
    expect(await patch(path, other)).toMatchObject({ status: 428, body: { code: 'precondition_required' } });
    for (const tag of [stale, `W/${before.etag}`, before.etag.replaceAll('"', ''), ''])
      expect(await patch(path, other, tag)).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    expect(await read(path)).toEqual(before);
  });

  it('is made by one of several who have read the same', async () => {
    const path = await make();
    const { etag } = await read(path);
    const answers = await Promise.all([change, other, change].map((body) => patch(path, body, etag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const winner = [change, other, change][answers.findIndex(({ status }) => status === 200)];
    expect((await read(path)).body).toMatchObject(winner ?? {});
  });

  it('is refused to whoever may not make it, whatever the tag, and nothing has changed', async () => {
    const path = await make();
    const before = await read(path);
    for (const tag of [before.etag, '"99"', '*', undefined]) {
      expect([tag, (await patch(path, change, tag, viewer)).status]).toEqual([tag, 403]);
      expect([tag, (await patch(path, change, tag, stranger)).status]).toEqual([tag, 404]);
      expect([tag, (await patch(path, change, tag, platform.client(null))).status]).toEqual([tag, 401]);
    }
    expect(await read(path)).toEqual(before);
  });

  it('that is malformed is refused with the place, whatever the tag, and nothing has changed', async () => {
    const path = await make();
    const before = await read(path);
    const [field = ''] = Object.keys(change);
    for (const tag of ['*', '"99"', undefined]) {
      expect((await patch(path, { ...change, colour: 'red' }, tag)).status).toBe(422);
      expect(
        await scene.owner.refusal('PATCH', path, { [field]: ['x'] }, tag === undefined ? {} : { 'if-match': tag }),
      ).toMatchObject({ status: 422, pointers: [`/${field}`] });
    }
    expect(await read(path)).toEqual(before);
  });

  it('of one that is not there is 404, with * too', async () => {
    const never = (await make()).replace(/[^/]+$/, randomUUID());
    for (const tag of ['*', '"1"', undefined]) expect((await patch(never, change, tag)).status).toBe(404);
  });
});
