import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Page } from './fixtures/types.js';

type Listed = Page<{ id: string }>;

/** A list: where it is read, and what puts something into it. */
interface List {
  readonly of: (scene: Scene) => string;
  readonly to: (scene: Scene) => string;
  readonly body: (scene: Scene, name: string) => object;
  /** Absent: nothing is taken out of it at once. */
  readonly one?: string;
}

const inProject = (collection: string, more: object): List => ({
  of: ({ project }) => `/v1/${collection}?project=${project.id}`,
  to: () => `/v1/${collection}`,
  body: ({ project }, slug) => ({ projectId: project.id, slug, ...more }),
  one: `/v1/${collection}`,
});

const lists: Record<string, List> = {
  projects: {
    of: ({ organizationId }) => `/v1/projects?organization=${organizationId}`,
    to: () => '/v1/projects',
    body: ({ organizationId }, slug) => ({ organizationId, slug }),
    one: '/v1/projects',
  },
  environments: inProject('environments', { kind: 'staging' }),
  apps: inProject('apps', { source: { kind: 'upload' } }),
  'pull credentials': {
    of: ({ organizationId }) => `/v1/pull-credentials?organization=${organizationId}`,
    to: () => '/v1/pull-credentials',
    body: ({ organizationId }, name) => ({
      ...{ organizationId, registry: `${name}.example`, username: 'robot', password: 'open sesame' },
    }),
    one: '/v1/pull-credentials',
  },
  schedules: {
    of: ({ id }) => `/v1/schedules?workload=${id}`,
    to: ({ id }) => `/v1/workloads/${id}/schedules`,
    body: (_, name) => ({ name, cron: '0 3 1 1 *', timeZone: 'Europe/Berlin', command: 'node report.js' }),
    one: '/v1/schedules',
  },
  domains: {
    of: ({ id }) => `/v1/domains?workload=${id}`,
    to: () => '/v1/domains',
    body: ({ id }, name) => ({ workloadId: id, host: `${name}-${id}.example.com` }),
    one: '/v1/domains',
  },
  volumes: {
    of: ({ id }) => `/v1/volumes?workload=${id}`,
    to: () => '/v1/volumes',
    body: ({ id }, name) => ({ workloadId: id, name, mountPath: `/${name}`, sizeMib: 64 }),
  },
};

let platform: Platform;
let scene: Scene;
let neighbour: Scene;
beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
  [scene, neighbour] = [await Scene.make(platform), await Scene.make(platform)];
});
afterAll(() => platform.close());

const idsOf = ({ items }: Listed) => items.map(({ id }) => id);
const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');

describe.each(Object.entries(lists))('the list of %s', (_, { of, to, body, one }) => {
  /** All that is listed: what the scene began with, and three more in the order in which they were made. */
  let ids: string[];
  let foreign: string;
  const add = async (by: Scene, name: string) => (await by.owner.post<{ id: string }>(to(by), body(by, name))).id;
  const page = async (query: string) => {
    const listed = await scene.owner.get<Listed>(`${of(scene)}${query}`);
    return { ids: idsOf(listed), next: listed.next };
  };

  beforeAll(async () => {
    const before = (await page('')).ids;
    const first = await add(scene, 'list-one');
    foreign = await add(neighbour, 'list-theirs');
    ids = [...before, first, await add(scene, 'list-two'), await add(scene, 'list-three')];
  });

  it('has each once in the order in which they were made, page by page, and none of a neighbour', async () => {
    const seen: string[] = [];
    for (let cursor = '', next: string | null = ''; next !== null; cursor = `&cursor=${next}`) {
      const at = await page(`&limit=1${cursor}`);
      expect(at.ids).toHaveLength(1);
      seen.push(...at.ids);
      next = at.next;
    }
    expect(seen).toEqual(ids);
    expect(seen).not.toContain(foreign);
  });

  it('has no further page when the last one is exactly full', async () => {
    expect(await page(`&limit=${ids.length}`)).toEqual({ ids, next: null });
    const first = await page(`&limit=${ids.length - 1}`);
    expect(first.ids).toEqual(ids.slice(0, -1));
    expect(await page(`&limit=1&cursor=${first.next}`)).toEqual({ ids: ids.slice(-1), next: null });
  });

  it('takes limits from 1 to 200, and says that it is the limit when it is another', async () => {
    expect((await page('&limit=200')).ids).toEqual(ids);
    for (const limit of ['0', '201', '-1', '1.5', 'all', ''])
      expect([limit, await scene.owner.refusal('GET', `${of(scene)}&limit=${limit}`)]).toEqual([
        limit,
        { status: 422, code: 'validation_failed', pointers: ['?limit'] },
      ]);
  });

  it('refuses a cursor that it did not give', async () => {
    for (const cursor of ['nonsense', cursorOf(5), cursorOf({ id: ids[0] }), cursorOf("' or 1=1"), 'x'.repeat(501)])
      expect(await scene.owner.refusal('GET', `${of(scene)}&cursor=${cursor}`)).toMatchObject({
        ...{ status: 422, pointers: ['?cursor'] },
      });
  });

  it("gives nothing of the neighbour, also behind a cursor that is the neighbour's", async () => {
    expect(await page(`&cursor=${cursorOf(foreign)}`)).toEqual({ ids: ids.slice(-2), next: null });
    expect(idsOf(await neighbour.owner.get<Listed>(of(neighbour)))).toContain(foreign);
  });

  it('is not there for strangers, nor for nobody, and neither is one of what there is not', async () => {
    expect(await neighbour.owner.refusal('GET', of(scene))).toMatchObject({ status: 404 });
    expect(await platform.client(null).refusal('GET', of(scene))).toMatchObject({ status: 401 });
    const never = of(scene).replace(/=.*/, `=${randomUUID()}`);
    expect(await scene.owner.refusal('GET', never)).toMatchObject({ status: 404 });
    const [parent = ''] = /\w+(?==)/.exec(never) ?? [];
    expect(await scene.owner.refusal('GET', never.replace(/=.*/, '=acme'))).toMatchObject({
      ...{ status: 422, pointers: [`?${parent}`] },
    });
  });

  it('is read with the right to it only: a token for something else is refused', async () => {
    const narrow = await platform.identity.token({ subjectId: scene.ownerId, scopes: ['audit:read'] });
    expect(await platform.client(narrow).refusal('GET', of(scene))).toMatchObject({ status: 403, code: 'forbidden' });
  });

  if (one === undefined) return;
  it('goes on behind the one that its cursor names, also when that one and the next are gone meanwhile', async () => {
    const { next } = await page(`&limit=${ids.length - 2}`);
    for (const id of ids.slice(-3, -1)) await scene.owner.delete(`${one}/${id}`);
    expect(await page(`&cursor=${next}`)).toEqual({ ids: ids.slice(-1), next: null });
    expect((await page('')).ids).toEqual([...ids.slice(0, -3), ...ids.slice(-1)]);
  });
});
