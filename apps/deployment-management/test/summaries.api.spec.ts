import type { App, Environment, Workload, WorkloadSummary } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { digestOf } from './fixtures/build-service.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
  scene = await Scene.make(platform);
});
afterAll(() => platform.close());

const none: WorkloadSummary = {
  total: 0,
  working: 0,
  degraded: 0,
  failed: 0,
  starting: 0,
  stopped: 0,
  neverLive: 0,
  unknown: 0,
};
const ofEnvironment = (id: string) => scene.owner.get<WorkloadSummary>(`/v1/environments/${id}/summary`);
const ofOrganization = (id: string) => scene.owner.get<WorkloadSummary>(`/v1/environments/summary?organization=${id}`);
const trouble = { cause: 'crash_loop' as const, message: 'It ended with 1.', evidence: [] };

/** An app of the project in an environment, live as the artifact of that name. */
async function live(environmentId: string, slug: string): Promise<Workload> {
  const { projectId } = scene.app;
  const app = await scene.owner.post<App>('/v1/apps', { projectId, slug, source: gitSource });
  const workload = await scene.owner.post<Workload>('/v1/workloads', { appId: app.id, environmentId });
  const path = `/v1/workloads/${workload.id}/deployments`;
  const deployment = await scene.owner.post<Deployment>(path, { source: { kind: 'git' } });
  await platform.builds.started(deployment);
  await platform.builds.succeeded(deployment, slug);
  await scene.reaches(deployment, 'live');
  return workload;
}

it('counts each workload once, by what serves and what is wrong', async () => {
  const { projectId } = scene.app;
  const staging = await scene.owner.post<Environment>('/v1/environments', {
    projectId,
    slug: 'staging',
    kind: 'staging',
  });
  expect(await ofEnvironment(staging.id)).toEqual(none);
  const [, stopped, failed] = [
    await live(staging.id, 'well'),
    await live(staging.id, 'stopped'),
    await live(staging.id, 'gone'),
  ];
  await scene.owner.post(`/v1/workloads/${stopped.id}/stop`);
  platform.runtime.behave(digestOf('gone'), { kind: 'fails', trouble });
  const expected = { ...none, total: 3, working: 1, stopped: 1, failed: 1 };
  await eventually(async () => expect(await ofEnvironment(staging.id)).toEqual(expected));

  await scene.owner.post(`/v1/workloads/${failed.id}/scale`, { counts: { web: 2 } });
  platform.runtime.behave(digestOf('gone'), { kind: 'honest' });
  await eventually(async () => expect(await ofEnvironment(staging.id)).toMatchObject({ working: 2, failed: 0 }));

  // The scene's own workload was never deployed.
  expect(await ofEnvironment(scene.environment.id)).toEqual({ ...none, total: 1, neverLive: 1 });
  const all = { ...none, total: 4, working: 2, stopped: 1, neverLive: 1 };
  await eventually(async () => expect(await ofOrganization(scene.organizationId)).toEqual(all));
  await scene.owner.delete(`/v1/workloads/${failed.id}`);
  expect(await ofOrganization(scene.organizationId)).toMatchObject({ total: 3, working: 1 });
});

it('is degraded while some of it serves', async () => {
  await scene.deployLive('partly');
  // The loop, which finds it ready, may write between the two.
  await eventually(async () => {
    await platform.query(
      `update workload set conditions = '[{"type": "Ready", "status": "false", "reason": "CrashLoop", "message": "", "since": ""}]' where id = $1`,
      [scene.id],
    );
    expect(await ofEnvironment(scene.environment.id)).toEqual({ ...none, total: 1, degraded: 1 });
  });
});

it('is for those who may see the workloads', async () => {
  const stranger = (await Scene.make(platform)).owner;
  const paths = [
    `/v1/environments/${scene.environment.id}/summary`,
    `/v1/environments/summary?organization=${scene.organizationId}`,
  ];
  for (const path of paths)
    expect(await stranger.refusal('GET', path)).toMatchObject({ status: 404, code: 'not_found' });
  expect(await (await scene.member('billing')).refusal('GET', paths[0] ?? '')).toMatchObject({ status: 403 });
  expect(await stranger.refusal('GET', '/v1/environments/summary')).toMatchObject({ status: 422 });
});
