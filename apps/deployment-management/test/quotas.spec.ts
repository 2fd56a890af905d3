import type { Quota } from '@berth/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import type { Environment, Workload } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const allow = (quota: Partial<Quota>) => platform.identity.organization({ id: scene.organizationId, quota });
const codes = (answers: { status: number; body: unknown }[]) =>
  answers.map(({ status, body }) => (status < 300 ? status : `${status} ${(body as { code: string }).code}`)).sort();

describe('the number of', () => {
  const body = (what: string, slug: string) => {
    if (what === 'projects') return { organizationId: scene.organizationId, slug };
    const of = { projectId: scene.project.id, slug };
    return what === 'apps' ? { ...of, source: gitSource } : { ...of, kind: 'staging' };
  };

  it.each(['projects', 'environments', 'apps'] as const)(
    '%s of an organization ends at its quota, also for sixteen at once',
    async (what) => {
      await allow({ [what]: 4 });
      const create = (slug: string) => scene.owner.send('POST', `/v1/${what}`, body(what, slug));
      const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => create(`at-once-${index}`)));
      expect(codes(answers)).toEqual([...Array(3).fill(201), ...Array(13).fill('409 quota_exceeded')]);
      const refused = answers.find((each) => each.status === 409);
      expect(refused?.body.detail).toBe(`The organization may have 4 ${what} and has 4.`);
      const [{ count } = { count: 0 }] = await platform.query<{ count: number }>(
        `select count(*)::int as count from ${what.slice(0, -1)} where organization_id = $1`,
        [scene.organizationId],
      );
      expect(count).toBe(4);
      const told = (await platform.events()).filter((each) => each.organizationid === scene.organizationId);
      expect(told.filter((each) => JSON.stringify(each.data).includes('at-once'))).toHaveLength(3);

      const made = answers.find((each) => each.status === 201)!.body as unknown as { id: string };
      await scene.owner.delete(`/v1/${what}/${made.id}`);
      expect((await create('again')).status).toBe(201);
      await allow({ [what]: 5 });
      expect((await create('more')).status).toBe(201);
      expect((await create('more')).body).toMatchObject({ code: expect.stringContaining('slug_taken') });
    },
  );

  it('what one organization has takes nothing from another', async () => {
    await allow({ apps: 1 });
    const other = await Scene.make(platform);
    expect(other.app.id).not.toBe(scene.app.id);
    expect((await scene.owner.send('POST', '/v1/apps', body('apps', 'one-more'))).status).toBe(409);
  });
});

describe('what runs', () => {
  const act = (action: string, id = scene.id) => scene.owner.send('POST', `/v1/workloads/${id}/${action}`);
  const scale = (sent: object, id = scene.id) => scene.owner.send('POST', `/v1/workloads/${id}/scale`, sent);
  const workloadIn = async (slug: string) => {
    const projectId = scene.project.id;
    const environment = await scene.owner.post<Environment>('/v1/environments', { projectId, slug, kind: 'staging' });
    return scene.owner.post<Workload>('/v1/workloads', { appId: scene.app.id, environmentId: environment.id });
  };
  const promoteTo = async (workload: Workload) =>
    scene.owner.post<{ id: string }>(`/v1/workloads/${workload.id}/deployments`, {
      source: { kind: 'promote', workloadId: scene.id, number: 1 },
    });

  it('is scaled as far as CPU and memory of the organization go, and no further', async () => {
    await scene.deployLive('scaled');
    await allow({ cpuMillicores: 1_000, memoryMib: 600 });
    const refused = await scale({ counts: { web: 3 } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'quota_exceeded' } });
    expect(refused.body.detail).toContain('600 MiB of memory');
    expect((await scale({ counts: { web: 2 } })).status).toBe(200);
    expect((await scale({ sizes: { web: { cpuMillicores: 600 } } })).body.detail).toContain('1000 millicores');
    expect((await scene.now()).processSettings).toEqual({});
    await scene.eventuallyRuns({ 'v1 web': 2 });
  });

  it('is scaled by many at once only as far', async () => {
    await scene.deployLive('crowd');
    const others = await Promise.all(['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1'].map(workloadIn));
    for (const each of others) await scene.reaches(await promoteTo(each), 'live');
    await allow({ cpuMillicores: 8 * 250 + 3 * 250 });
    const ids = [scene.id, ...others.map((each) => each.id)];
    const answers = await Promise.all(ids.map((id) => scale({ counts: { web: 2 } }, id)));
    expect(codes(answers)).toEqual([...Array(3).fill(200), ...Array(5).fill('409 quota_exceeded')]);
  });

  it('over a quota that was lowered goes on, and may only become less', async () => {
    await scene.scale({ counts: { web: 4 } });
    await scene.deployLive('lowered');
    await allow({ memoryMib: 256 });
    expect((await scale({ counts: { web: 5 } })).status).toBe(409);
    expect((await scale({ counts: { web: 3 } })).status).toBe(200);
    await scene.deployLive('lowered-two');
    await scene.eventuallyRuns({ 'v2 web': 3 });
  });

  it('stopped takes nothing, and is started when there is room', async () => {
    await scene.deployLive('sleepy');
    const other = await workloadIn('other');
    await act('stop');
    await allow({ cpuMillicores: 250 });
    await scene.reaches(await promoteTo(other), 'live');
    expect((await act('start')).body).toMatchObject({ code: 'quota_exceeded' });
    await act('stop', other.id);
    expect((await act('start')).status).toBe(200);
  });

  it('for the first time over the quota fails with the cause, before an instance is touched', async () => {
    await scene.deployLive('first');
    await allow({ memoryMib: 300 });
    const other = await workloadIn('other');
    const failed = await scene.reaches(await promoteTo(other), 'failed');
    expect(failed.failure).toMatchObject({ cause: 'quota_exceeded', evidence: ['web: 250m, 256 MiB each'] });
    expect(failed.failure?.message).toContain('300 MiB of memory; its other workloads have 256');
    expect(failed.timeline.map((each) => each.to)).not.toContain('rolling');
    expect(await platform.runtime.observe(other.id)).toBeNull();
  });

  it('while it changes keeps room for the release that it may have to go back to', async () => {
    const big = [{ name: 'web', command: 'w' }];
    await scene.scale({ sizes: { web: { memoryMib: 512 } } });
    await scene.deployLive('big', { processes: big });
    const other = await workloadIn('other');
    await allow({ memoryMib: 512 + 256 });
    await scene.reaches(await promoteTo(other), 'live');
    scene.behave('big', { kind: 'hangs' });
    const { deploymentId } = await scene.scale({ sizes: { web: { memoryMib: 128 } } });
    const rolling = await scene.reaches({ id: deploymentId! }, 'rolling');
    expect((await scale({ counts: { web: 2 } }, other.id)).status).toBe(409);
    scene.behave('big', { kind: 'honest' });
    await scene.reaches(rolling, 'live');
    expect((await scale({ counts: { web: 2 } }, other.id)).status).toBe(200);
  });
});
