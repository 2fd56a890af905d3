import type { Volume } from '@berth/contracts/deployment';
import type { CloudEvent, Quota, VolumeFact } from '@berth/contracts/events';
import type { DryRun } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Page } from './fixtures/types.js';

const MIB = 1_048_576;
const anyVersion = { 'if-match': '*' };

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterEach(() => {
  platform.runtime.volumeKinds = ['single', 'per-instance'];
  platform.runtime.volumes.isHeld = false;
});
afterAll(() => platform.close());

const body = (over: object = {}) => ({ workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 64, ...over });
const add = (over: object = {}) => scene.owner.post<Volume>('/v1/volumes', body(over));
const refusal = (over: object) => scene.owner.refusal('POST', '/v1/volumes', body(over));
const get = (id: string) => scene.owner.get<Volume>(`/v1/volumes/${id}`);
const grow = (id: string, sizeMib: number) => scene.owner.patch<Volume>(`/v1/volumes/${id}`, { sizeMib }, anyVersion);
const untilReady = (id: string) => eventually(async () => expect((await get(id)).state).toBe('ready'));
const allow = (quota: Partial<Quota>) => platform.identity.organization({ id: scene.organizationId, quota });
/** What metering was told of a volume: kind, from and to, in MiB. */
const told = async (id: string): Promise<string[]> =>
  (await platform.events(id)).map(({ type, data }: CloudEvent) => {
    const { formerBytes, provisionedBytes } = data as VolumeFact;
    return `${type.split('.')[2]} ${formerBytes / MIB} -> ${provisionedBytes / MIB}`;
  });

describe('a volume', () => {
  it('is there for every release, and its usage begins when it is seen', async () => {
    const { id } = await add();
    expect(await get(id)).toMatchObject({
      process: 'web',
      copies: 1,
      provisionedBytes: 0,
      state: 'pending',
      generation: 1,
    });
    expect(await told(id)).toEqual([]);
    await scene.deployLive('volume-one');
    await untilReady(id);
    expect(await told(id)).toEqual(['created 0 -> 64']);
    await scene.deployLive('volume-two');
    expect(scene.desired?.processes[0]?.volumes).toMatchObject([{ id, mountPath: '/data', sizeMib: 64, copies: 1 }]);
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await scene.eventuallyRuns({});
    expect(scene.desired?.processes[0]?.volumes).toMatchObject([{ id }]);
    expect(await told(id)).toEqual(['created 0 -> 64']);
  });

  it('reaches what runs already, by other instances', async () => {
    await scene.deployLive('volume-late');
    const before = (await platform.runtime.observe(scene.id))?.instances.map((each) => each.id);
    const { id } = await add();
    await untilReady(id);
    await eventually(async () => {
      const now = (await platform.runtime.observe(scene.id))?.instances.map((each) => each.id);
      expect(now).toHaveLength(1);
      expect(now).not.toEqual(before);
    });
  });

  it('grows at once and on its instance, and never shrinks', async () => {
    const { id } = await add();
    await scene.deployLive('volume-grows');
    await untilReady(id);
    const before = (await platform.runtime.observe(scene.id))?.instances;
    expect(await grow(id, 96)).toMatchObject({ sizeMib: 96, state: 'pending', generation: 2 });
    await untilReady(id);
    expect((await platform.runtime.observe(scene.id))?.instances).toEqual(before);
    expect(scene.desired?.processes[0]?.volumes).toMatchObject([{ sizeMib: 96, initialMib: 64 }]);
    expect(await told(id)).toEqual(['created 0 -> 64', 'resized 64 -> 96']);
    const patch = (sizeMib: number, headers: Record<string, string> = anyVersion) =>
      scene.owner.refusal('PATCH', `/v1/volumes/${id}`, { sizeMib }, headers);
    expect(await patch(95)).toEqual({ status: 422, code: 'volume_does_not_shrink', pointers: ['/sizeMib'] });
    expect(await patch(128, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await get(id)).toMatchObject({ sizeMib: 96, generation: 2 });
  });

  it('of a class that cannot grow stays as it is', async () => {
    const { id } = await add({ storageClass: 'fixed' });
    expect(await scene.owner.refusal('PATCH', `/v1/volumes/${id}`, { sizeMib: 65 }, anyVersion)).toEqual({
      ...{ status: 422, code: 'volume_does_not_grow', pointers: ['/sizeMib'] },
    });
  });

  it('that is deleted goes when nothing has it any more, and only then ends its usage', async () => {
    const { id } = await add();
    await scene.deployLive('volume-ends');
    await untilReady(id);
    platform.runtime.volumes.isHeld = true;
    await scene.owner.delete(`/v1/volumes/${id}`);
    await eventually(() => expect(scene.desired?.processes[0]?.volumes).toBeUndefined());
    expect(await get(id)).toMatchObject({ state: 'deleting' });
    expect(await told(id)).toEqual(['created 0 -> 64']);
    platform.runtime.volumes.isHeld = false;
    await scene.owner.post(`/v1/workloads/${scene.id}/restart`);
    await eventually(async () => expect(await told(id)).toEqual(['created 0 -> 64', 'deleted 64 -> 0']));
    expect(await scene.owner.refusal('GET', `/v1/volumes/${id}`)).toMatchObject({ status: 404 });
    expect((await add()).id).not.toBe(id);
  });

  it('ends with its workload', async () => {
    const { id } = await add();
    const unused = await add({ name: 'unused', process: 'worker' });
    await scene.deployLive('volume-app');
    await untilReady(id);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect((await told(id)).at(-1)).toBe('deleted 64 -> 0'));
    // What never was there is nobody's business.
    expect(await told(unused.id)).toEqual([]);
    await eventually(async () =>
      expect(
        await platform.query('select from volume where finished_at is null and workload_id = $1', [scene.id]),
      ).toEqual([]),
    );
  });

  it('outlives a runtime that lost its memory, without a gap in its usage', async () => {
    const { id } = await add();
    await scene.deployLive('volume-lost');
    await untilReady(id);
    const applied = scene.toldStates.length;
    platform.runtime.forget();
    await eventually(() => expect(scene.toldStates.length).toBeGreaterThan(applied));
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect(await told(id)).toEqual(['created 0 -> 64']);
  });

  it('is seen by all who may read, changed by developers, and deleted by administrators', async () => {
    const [viewer, developer, admin] = [
      await scene.member('viewer'),
      await scene.member('developer'),
      await scene.member('admin'),
    ];
    expect(await viewer.refusal('POST', '/v1/volumes', body())).toMatchObject({ status: 403 });
    const { id } = await developer.post<Volume>('/v1/volumes', body());
    const { items } = await viewer.get<Page<Volume>>(`/v1/volumes?workload=${scene.id}`);
    expect(items.map((each) => each.id)).toEqual([id]);
    expect(await developer.refusal('DELETE', `/v1/volumes/${id}`)).toMatchObject({ status: 403 });
    await admin.delete(`/v1/volumes/${id}`);
    const acts = await platform.query<{ action: string }>(
      `select action from audit_entry where organization_id = $1 and action like 'volumes:%' order by sequence`,
      [scene.organizationId],
    );
    expect(acts.map(({ action }) => action)).toEqual(['volumes:create', 'volumes:delete']);
  });

  it.each([
    ['a path of the system', { mountPath: '/proc/x' }, '/mountPath'],
    ['a path that climbs', { mountPath: '/data/../etc' }, '/mountPath'],
    ['a path that is none', { mountPath: 'data' }, '/mountPath'],
    ['nothing', { sizeMib: 0 }, '/sizeMib'],
    ['the release command', { process: 'release' }, '/process'],
  ])('is not of %s', async (_, over, pointer) => {
    expect(await refusal(over)).toMatchObject({ status: 422, pointers: [pointer] });
  });

  it('has a name and a place of its own', async () => {
    await add();
    expect(await refusal({ mountPath: '/other' })).toEqual({
      status: 409,
      code: 'volume_name_taken',
      pointers: ['/name'],
    });
    expect(await refusal({ name: 'other' })).toEqual({
      status: 409,
      code: 'mount_path_taken',
      pointers: ['/mountPath'],
    });
  });

  it('is of a class that the cluster has, and of a process type of the release', async () => {
    await scene.deployLive('volume-class');
    expect(await refusal({ storageClass: 'gold' })).toEqual({
      ...{ status: 422, code: 'storage_class_unknown', pointers: ['/storageClass'] },
    });
    expect(await refusal({ process: 'cron' })).toMatchObject({
      status: 422,
      code: 'process_type_unknown',
      pointers: ['/process'],
    });
  });
});

describe('instances with a volume', () => {
  const scaleRefusal = (sent: object) => scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, sent);

  it('are one where it has one writer', async () => {
    await add();
    expect(await scaleRefusal({ counts: { web: 2 } })).toEqual({
      ...{ status: 422, code: 'volume_has_one_writer', pointers: ['/counts/web'] },
    });
    await scene.scale({ counts: { web: 0 } });
    await scene.scale({ counts: { web: 1, worker: 3 } });
    expect(await refusal({ name: 'more', process: 'worker' })).toEqual({
      ...{ status: 422, code: 'volume_has_one_writer', pointers: ['/isPerInstance'] },
    });
  });

  it('have each their own, also those that come later and those that were there', async () => {
    const { id } = await add({ isPerInstance: true });
    await scene.deployLive('volume-each');
    await untilReady(id);
    await scene.scale({ counts: { web: 3 } });
    expect(await get(id)).toMatchObject({ copies: 3 });
    await eventually(async () => expect((await told(id)).at(-1)).toBe('resized 64 -> 192'));
    await scene.scale({ counts: { web: 1 } });
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect(await get(id)).toMatchObject({ copies: 3, provisionedBytes: 192 * MIB, state: 'ready' });
    expect(await refusal({ name: 'more', mountPath: '/more' })).toMatchObject({ code: 'volume_not_supported' });
  });

  it('are not left to the autoscaler', async () => {
    await add({ isPerInstance: true });
    const bounds = { min: 1, max: 2, cpuPercent: 60 };
    expect(await scaleRefusal({ autoscaling: { web: bounds } })).toEqual({
      ...{ status: 422, code: 'volume_not_autoscaled', pointers: ['/autoscaling/web'] },
    });
    await scene.scale({ autoscaling: { worker: bounds } });
    expect(await refusal({ name: 'more', process: 'worker' })).toMatchObject({ code: 'volume_not_autoscaled' });
  });

  it('have what their runtime can give', async () => {
    platform.runtime.volumeKinds = ['single'];
    expect(await refusal({ isPerInstance: true })).toEqual({
      ...{ status: 422, code: 'volume_not_supported', pointers: ['/isPerInstance'] },
    });
    await add();
  });

  it('are said beforehand to be replaced one at a time', async () => {
    await scene.deployLive('volume-dry');
    const dryRun = () =>
      scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, {
        source: { kind: 'release', number: 1 },
      });
    expect((await dryRun()).notes).toEqual([]);
    await add();
    expect((await dryRun()).notes).toEqual([expect.stringContaining('nobody serves for a moment')]);
  });
});

describe('all volumes of an organization', () => {
  it('end at its quota, also for sixteen at once, and until nothing is left of them', async () => {
    await allow({ storageMib: 256 });
    const create = (index: number) =>
      scene.owner.send('POST', '/v1/volumes', body({ name: `at-once-${index}`, mountPath: `/data/${index}` }));
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => create(index)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(4).fill(201), ...Array(12).fill(409)]);
    const [made] = answers.filter(({ status }) => status === 201) as unknown as { body: Volume }[];
    expect(
      await scene.owner.refusal('PATCH', `/v1/volumes/${made!.body.id}`, { sizeMib: 65 }, anyVersion),
    ).toMatchObject({
      ...{ status: 409, code: 'quota_exceeded' },
    });
    await scene.owner.delete(`/v1/volumes/${made!.body.id}`);
    await eventually(async () => expect((await create(99)).status).toBe(201));
  });

  it('count as often as there are instances', async () => {
    await allow({ storageMib: 128 });
    await add({ isPerInstance: true });
    await scene.scale({ counts: { web: 2 } });
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/scale`, { counts: { web: 3 } })).toMatchObject({
      ...{ status: 409, code: 'quota_exceeded' },
    });
    expect((await scene.now()).counts).toEqual({ web: 2 });
  });
});
