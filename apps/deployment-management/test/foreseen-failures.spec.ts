import type { DryRun } from '@berth/contracts/deployment';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { canary, DAY, releaseBy } from './fixtures/canary-scene.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Environment, Workload } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => {
  scene = await Scene.make(platform);
  await scene.deployLive('one');
});
afterEach(() => {
  platform.runtime.canaries = 'counted';
});
afterAll(() => platform.close());

const deployments = (id: string) => `/v1/workloads/${id}/deployments`;

/** Another workload of the organization, in which the release of the first one may run. */
async function neighbour(): Promise<string> {
  const body = { projectId: scene.project.id, slug: 'other', kind: 'staging' };
  const { id: environmentId } = await scene.owner.post<Environment>('/v1/environments', body);
  const { id } = await scene.owner.post<Workload>('/v1/workloads', { appId: scene.app.id, environmentId });
  return id;
}

describe('a dry run foresees', () => {
  it('that the quota has no room, in the words in which the deployment fails, and takes none of it', async () => {
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 250 } });
    const other = await neighbour();
    const promoted = { kind: 'promote', workloadId: scene.id, number: 1 };
    const dry = () => scene.owner.post<DryRun>(`${deployments(other)}?dryRun=true`, { source: promoted });
    const foreseen = (await dry()).failure;
    const made = await scene.owner.post<{ id: string }>(deployments(other), { source: promoted });
    expect(foreseen).toMatchObject({ cause: 'quota_exceeded' });
    expect((await scene.reaches(made, 'failed')).failure).toEqual(foreseen);
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 500 } });
    for (let time = 0; time < 2; time++) expect((await dry()).failure).toBeNull();
  });

  it('that it cannot be released as it is to be, in the words in which it is refused', async () => {
    await releaseBy(scene, canary([[50, DAY]]));
    platform.runtime.canaries = 'unsupported';
    const source = { kind: 'promote', workloadId: scene.id, number: 1 };
    const { failure } = await scene.owner.post<DryRun>(`${deployments(scene.id)}?dryRun=true`, { source });
    expect(failure).toMatchObject({ cause: 'config_invalid', evidence: ['No instance was touched.'] });
    const refused = await scene.owner.send('POST', deployments(scene.id), { source });
    expect(refused).toMatchObject({ body: { code: 'strategy_not_supported', detail: failure?.message } });
  });
});
