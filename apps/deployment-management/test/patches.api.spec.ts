import type { PodPatch } from '@berth/contracts/common';
import type { DryRun } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { WorkloadChange } from './fixtures/types.js';

const slow: PodPatch = { spec: { terminationGracePeriodSeconds: 60 } };
const asUser: PodPatch = { spec: { securityContext: { runAsUser: 1_000 } } };

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterEach(() => void Object.assign(platform.runtime, { patches: true, patchRefusal: null }));
afterAll(() => platform.close());

const pathOf = (process = 'web') => `/v1/workloads/${scene.id}/patches/${process}`;
const set = (patch: PodPatch, process?: string) => scene.owner.put<WorkloadChange>(pathOf(process), patch);
const unset = async () => (await scene.owner.send<WorkloadChange>('DELETE', pathOf())).body;
const tried = (patch: PodPatch) => scene.owner.put<DryRun>(`${pathOf()}?dryRun=true`, patch);
const refusal = (body: object, process?: string) => scene.owner.refusal('PUT', pathOf(process), body);
const live = ({ deploymentId }: WorkloadChange) => scene.reaches({ id: deploymentId ?? 'none' }, 'live');
const stated = () => scene.desired?.processes.find(({ name }) => name === 'web')?.patch;
const wanted = async () => (await scene.now()).processSettings['web']?.patch;

describe('a patch', () => {
  it('makes a release, is stated with it, and stays through the next ones', async () => {
    await scene.deployLive('patched');
    await live(await set(slow));
    expect(stated()).toEqual(slow);
    await live(await scene.scale({ sizes: { web: { memoryMib: 300 } } }));
    await scene.deployLive('patched-anew');
    expect(stated()).toEqual(slow);
    const hashes = (await scene.releases()).map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(4);
    expect((await scene.releases()).at(-2)?.processes).toMatchObject([{ patch: slow }]);
  });

  it('that is set again changes nothing, whatever the order of its fields', async () => {
    await scene.deployLive('again');
    const both: PodPatch = { metadata: { annotations: { 'prometheus.io/a': '1' } }, ...asUser };
    await live(await set(both));
    expect((await set({ spec: both.spec, metadata: both.metadata })).deploymentId).toBeNull();
    expect(await scene.releases()).toHaveLength(2);
  });

  it('that is unset is in no release after that, and unset twice is once', async () => {
    await scene.deployLive('unset');
    await live(await set(slow));
    await live(await unset());
    expect(stated()).toBeUndefined();
    expect(await wanted()).toBeUndefined();
    const [first, , third] = (await scene.releases()).reverse();
    // What is in them is the same, so that they are known to be.
    expect(third?.hash).toBe(first?.hash);
    expect((await unset()).deploymentId).toBeNull();
  });

  it('comes back with its release, and the next change starts from it', async () => {
    await scene.deployLive('back');
    await live(await set(slow));
    await live(await set(asUser));
    await scene.reaches(await scene.request({ kind: 'release', number: 2 }), 'live');
    expect(stated()).toEqual(slow);
    await eventually(async () => expect(await wanted()).toEqual(slow));
    await live(await scene.scale({ sizes: { web: { memoryMib: 300 } } }));
    expect(stated()).toEqual(slow);
  });

  it('before the first release is in that release', async () => {
    expect((await set(slow)).deploymentId).toBeNull();
    await scene.deployLive('first');
    expect(stated()).toEqual(slow);
  });

  it('says beforehand what it would change, and stores nothing', async () => {
    await scene.deployLive('dry');
    await live(await set(slow));
    const { changes, releaseHash } = await tried(asUser);
    expect(changes).toEqual([{ path: '/processes/web/patch', before: slow, after: asUser }]);
    expect(await wanted()).toEqual(slow);
    const { changes: none } = await tried(slow);
    expect(none).toEqual([]);
    await live(await set(asUser));
    expect((await scene.releases())[0]?.hash).toBe(releaseHash);
  });

  it('is told to the auditors, with whom and what', async () => {
    await set(slow);
    const entries = await platform.query<{ detail: object; actor: object }>(
      `select detail - 'request' as detail, actor from audit_entry where action = 'workloads:patch' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    expect(entries).toMatchObject([{ detail: { process: 'web', patch: slow } }]);
  });

  it('is for whoever may administer the environment', async () => {
    const developer = await scene.member('developer');
    expect(await developer.refusal('PUT', pathOf(), slow)).toMatchObject({ status: 403 });
    expect(await developer.refusal('DELETE', pathOf())).toMatchObject({ status: 403 });
    const admin = await scene.member('admin');
    await admin.put(pathOf(), slow);
  });
});

describe('a patch is refused', () => {
  it('when it says what it may not, at the place where it does', async () => {
    const body = { spec: { securityContext: { runAsUser: 0 } } };
    expect(await refusal(body)).toEqual({
      ...{ status: 422, code: 'validation_failed', pointers: ['/spec/securityContext/runAsUser'] },
    });
    expect(await refusal({ spec: { hostNetwork: true } })).toMatchObject({ status: 422, pointers: ['/spec'] });
  });

  it.each([
    ['is of another process type', { name: 'worker' }, '/spec/containers/0/name'],
    [
      'takes the last requests from web',
      { name: 'web', lifecycle: { preStop: { exec: { command: ['true'] } } } },
      '/spec/containers/0/lifecycle/preStop',
    ],
  ])('when its container %s', async (_, container, pointer) =>
    expect(await refusal({ spec: { containers: [container] } })).toEqual({
      ...{ status: 422, code: 'patch_of_other_process', pointers: [pointer] },
    }),
  );

  it('for what has no instances', async () => {
    expect(await refusal(slow, 'release')).toMatchObject({ status: 422, code: 'process_type_unknown' });
    await scene.deployLive('types');
    expect(await refusal(slow, 'worker')).toMatchObject({ status: 422, code: 'process_type_unknown' });
  });

  it('with the reason of the cluster, before there is a release', async () => {
    await scene.deployLive('refused');
    platform.runtime.patchRefusal = 'admission webhook "policy" denied the request';
    for (const path of [pathOf(), `${pathOf()}?dryRun=true`]) {
      const answer = await scene.owner.send('PUT', path, slow);
      expect(answer).toMatchObject({ status: 422, body: { code: 'patch_refused' } });
      expect(answer.body.detail).toContain('admission webhook "policy" denied the request');
    }
    expect(await wanted()).toBeUndefined();
    expect(await scene.releases()).toHaveLength(1);
  });

  it('while the cluster cannot be asked, which is no reason to take it', async () => {
    await scene.deployLive('silent');
    platform.runtime.setDown(true);
    expect(await refusal(slow)).toMatchObject({ status: 503, code: 'runtime_unavailable' });
    platform.runtime.setDown(false);
    expect(await wanted()).toBeUndefined();
  });

  it('where nothing is made that could be patched', async () => {
    platform.runtime.patches = false;
    expect(await refusal(slow)).toMatchObject({ status: 422, code: 'patch_not_supported' });
  });
});

describe('a deployment with a patch', () => {
  it('makes what has to be there to ask the cluster; a request makes nothing', async () => {
    await scene.deployLive('made');
    const namespace = scene.desired?.namespace ?? 'none';
    await tried(slow);
    platform.runtime.patchRefusal = 'not now';
    expect(await refusal(slow)).toMatchObject({ code: 'patch_refused' });
    expect(platform.runtime.spaces).not.toContain(namespace);
    platform.runtime.patchRefusal = null;
    await live(await set(slow));
    expect(platform.runtime.spaces).toContain(namespace);
  });

  it('that the cluster takes no more fails before it touches an instance, and says why', async () => {
    await scene.deployLive('served');
    await live(await set(slow));
    platform.runtime.patchRefusal = 'the policy has changed';
    const failed = await scene.reaches(await scene.deploy('denied'), 'failed');
    expect(failed.failure).toMatchObject({ cause: 'policy_denied' });
    expect(failed.failure?.message).toContain('the policy has changed');
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
  });

  it('fails where nothing is made that could be patched', async () => {
    await scene.deployLive('moved');
    await live(await set(slow));
    platform.runtime.patches = false;
    const failed = await scene.reaches(await scene.deploy('nowhere'), 'failed');
    expect(failed.failure).toMatchObject({ cause: 'config_invalid' });
    expect(await scene.runs()).toEqual({ 'v2 web': 1 });
  });
});
