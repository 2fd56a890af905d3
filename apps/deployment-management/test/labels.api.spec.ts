import type { PlaceLabels } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
});
beforeEach(async () => {
  scene = await Scene.make(platform);
});
afterAll(() => platform.close());

const places = [
  ['an app', 'apps', 'app', (each: Scene) => each.app.id],
  ['an environment', 'environments', 'environment', (each: Scene) => each.environment.id],
] as const;

describe.each(places)('the labels of %s', (_name, collection, kind, idOf) => {
  const path = () => `/v1/${collection}/${idOf(scene)}/labels`;
  const change = (labels: object, by = scene.owner) => by.patch<PlaceLabels>(path(), labels);
  const told = async () =>
    (await platform.events(idOf(scene))).filter(({ type }) => type === `berth.${kind}.labelled.v1`);

  it('are none at first, and then what was put there, one by one', async () => {
    expect(await scene.owner.get(path())).toEqual({ id: idOf(scene), labels: {}, since: null });
    await change({ team: 'shop', 'cost-center': '4711' });
    const answer = await change({ team: 'store', 'cost-center': null, tier: 'gold' });
    expect(answer.labels).toEqual({ team: 'store', tier: 'gold' });
    expect(await (await scene.member('viewer')).get(path())).toEqual(answer);
  });

  it('are told whole with each change, from when on they hold, and written down', async () => {
    await change({ team: 'shop' });
    const { since } = await change({ tier: 'gold' });
    const { organizationId } = scene;
    expect((await told()).map(({ data }) => data)).toEqual([
      expect.objectContaining({ labels: [{ key: 'team', value: 'shop' }] }),
      {
        ...{ organizationId, projectId: scene.project.id, [`${kind}Id`]: idOf(scene) },
        labels: [
          { key: 'team', value: 'shop' },
          { key: 'tier', value: 'gold' },
        ],
        labelledAt: since,
      },
    ]);
    const audit = await platform.query(
      `select action, detail - 'request' as detail from audit_entry where target->>'id' = $1 and detail->'labels'->>'tier' = 'gold' order by sequence`,
      [idOf(scene)],
    );
    const changed = { before: { labels: {} }, after: { labels: { tier: 'gold' } } };
    const detail = { labels: { team: 'shop', tier: 'gold' }, ...changed };
    expect(audit).toEqual([{ action: `${collection}:update`, detail }]);
  });

  it('that do not change are not told again', async () => {
    const first = await change({ team: 'shop' });
    expect(await change({ team: 'shop', other: null })).toEqual(first);
    expect(await told()).toHaveLength(1);
  });

  it('never begin before those that they replace, though the clock went back', async () => {
    await change({ team: 'shop' });
    await platform.query(`update place_labels set since = now() + interval '1 hour' where place_id = $1`, [
      idOf(scene),
    ]);
    const before = await scene.owner.get<PlaceLabels>(path());
    expect((await change({ team: 'store' })).since).toBe(before.since);
  });

  it('of several people at once are all kept', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => change({ [`k${index}`]: 'v' })));
    const { labels } = await scene.owner.get<PlaceLabels>(path());
    expect(Object.keys(labels)).toHaveLength(8);
    const stated = Object.entries(labels).map(([key, value]) => ({ key, value }));
    expect((await told()).at(-1)?.data).toMatchObject({ labels: stated });
  });

  it('are at most twenty', async () => {
    await change(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'v'])));
    expect(await scene.owner.refusal('PATCH', path(), { more: 'v' })).toMatchObject({
      ...{ status: 422, code: 'too_many_labels', pointers: ['/more'] },
    });
    await change({ k0: null, more: 'v' });
  });

  it.each([
    [{ Team: 'shop' }, '/Team'],
    [{ team: '' }, '/team'],
    [{ team: 'two words' }, '/team'],
    [{ team: 'x'.repeat(64) }, '/team'],
    [{ [`k${'x'.repeat(63)}`]: 'v' }, `/k${'x'.repeat(63)}`],
    [{ team: 7 }, '/team'],
    [{ 'team-': 'v' }, '/team-'],
  ])('%j are refused, and say where', async (body, pointer) => {
    expect(await scene.owner.refusal('PATCH', path(), body)).toMatchObject({ status: 422, pointers: [pointer] });
    expect(await told()).toEqual([]);
  });

  it('are changed by whoever may change it, and nobody else knows of them', async () => {
    const viewer = await scene.member('viewer');
    expect(await viewer.refusal('PATCH', path(), { team: 'shop' })).toMatchObject({ status: 403 });
    const stranger = (await Scene.make(platform)).owner;
    expect(await stranger.refusal('GET', path())).toMatchObject({ status: 404 });
    expect(await stranger.refusal('PATCH', path(), { team: 'shop' })).toMatchObject({ status: 404 });
  });
});

const bodies = [
  ['apps', 'app', () => ({ slug: 'labelled', source: { kind: 'git', url: 'https://git.example/shop.git' } })],
  ['environments', 'environment', () => ({ slug: 'labelled', kind: 'staging' })],
] as const;

describe.each(bodies)('labels with which one of the %s is made', (collection, kind, bodyOf) => {
  const make = (labels?: object) => ({ projectId: scene.project.id, ...bodyOf(), ...(labels && { labels }) });
  const labelled = async (id: string) =>
    (await platform.events(id)).filter(({ type }) => type === `berth.${kind}.labelled.v1`);

  it('hold from the beginning, are told after it and written down', async () => {
    const { id } = await scene.owner.post<{ id: string }>(`/v1/${collection}`, make({ team: 'shop' }));
    const { since } = await scene.owner.get<PlaceLabels>(`/v1/${collection}/${id}/labels`);
    expect((await platform.events(id)).map(({ type }) => type)).toEqual([
      `berth.${kind}.created.v1`,
      `berth.${kind}.labelled.v1`,
    ]);
    expect((await labelled(id))[0]?.data).toMatchObject({
      labels: [{ key: 'team', value: 'shop' }],
      labelledAt: since,
    });
    const written = `select detail - 'request' as detail from audit_entry where target->>'id' = $1 and action = '${collection}:create' order by sequence`;
    expect(await platform.query(written, [id])).toEqual([{ detail: { labels: { team: 'shop' } } }]);
  });

  it('are told of by nothing when there are none', async () => {
    const { id } = await scene.owner.post<{ id: string }>(`/v1/${collection}`, make());
    expect(await labelled(id)).toEqual([]);
  });

  it.each([
    ['of a bad name', { Team: 'shop' }, '/labels/Team'],
    ['of a bad value', { team: 'a b' }, '/labels/team'],
    ['that are too many', Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])), '/labels'],
  ])('%s are refused, and nothing is made', async (_name, labels, pointer) => {
    const refusal = await scene.owner.refusal('POST', `/v1/${collection}`, make(labels));
    expect(refusal).toMatchObject({ status: 422, pointers: [pointer] });
    const path = `/v1/${collection}?project=${scene.project.id}`;
    const { items } = await scene.owner.get<{ items: { slug: string }[] }>(path);
    expect(items.map(({ slug }) => slug)).not.toContain('labelled');
  });
});
