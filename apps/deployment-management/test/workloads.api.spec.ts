import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import type { App, Environment, InstanceList, Project, StatsSample } from '@berth/contracts/deployment';
import { registry } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';
import type { Workload } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const path = (rest = '') => `/v1/workloads/${scene.id}${rest}`;
const patch = (body: object, ifMatch = '*') => scene.owner.patch<Workload>(path(), body, { 'if-match': ifMatch });

const environmentOf = (slug: string) =>
  scene.owner.post<Environment>('/v1/environments', { projectId: scene.project.id, slug, kind: 'staging' });

describe('a workload', () => {
  it('is made of an app and an environment, with a host of its own and nothing to run yet', async () => {
    expect(scene.workload).toMatchObject({
      appId: scene.app.id,
      environmentId: scene.environment.id,
      projectId: scene.project.id,
      organizationId: scene.organizationId,
      state: 'running',
      currentRelease: null,
      activeDeploymentId: null,
    });
    expect(scene.workload.url).toMatch(/^http:\/\/web-production-[0-9a-f]{6}\.localhost$/);
    expect(await platform.eventTypes(scene.id)).toEqual(['workload.created']);
    expect(scene.desired).toBeUndefined();
  });

  it('is one for an app and an environment of the same project', async () => {
    const body = { appId: scene.app.id, environmentId: scene.environment.id };
    expect(await scene.owner.refusal('POST', '/v1/workloads', body)).toMatchObject({ code: 'workload_exists' });
    const { organizationId } = scene;
    const other = await scene.owner.post<Project>('/v1/projects', { organizationId, slug: 'other' });
    const app = await scene.owner.post<App>('/v1/apps', { projectId: other.id, slug: 'api', source: gitSource });
    expect(await scene.owner.refusal('POST', '/v1/workloads', { ...body, appId: app.id })).toEqual({
      status: 422,
      code: 'workload_of_other_project',
      pointers: ['/environmentId'],
    });
  });

  it('gets another host when the one that would be its own is taken', async () => {
    const staging = await environmentOf('staging');
    const taken = new URL(scene.workload.url).hostname;
    await platform.query('create sequence collisions');
    await platform.query(
      `create function collide() returns trigger language plpgsql as
         $$ begin if nextval('collisions') <= 2 then new.host = '${taken}'; end if; return new; end $$`,
    );
    await platform.query('create trigger collide before insert on workload for each row execute function collide()');
    const body = { appId: scene.app.id, environmentId: staging.id };
    const made = await scene.owner.send<Workload>('POST', '/v1/workloads', body);
    await platform.query('drop trigger collide on workload; drop function collide; drop sequence collisions');
    expect(made.status).toBe(201);
    expect(new URL(made.body.url).hostname).toMatch(/^web-staging-[0-9a-f]{6}\.localhost$/);
    expect(await platform.eventTypes(made.body.id)).toEqual(['workload.created']);
  });

  it('has a host of its own also where long names end alike, and one that DNS takes', async () => {
    const { id: projectId } = scene.project;
    const long = 'a'.repeat(39);
    const hosts = new Set<string>();
    for (const tail of ['x', 'y']) {
      const slug = `${long}${tail}`;
      const app = await scene.owner.post<App>('/v1/apps', { projectId, slug, source: gitSource });
      for (const end of ['x', 'y']) {
        const environment = await environmentOf(`b${long.slice(2)}${tail}${end}`);
        const body = { appId: app.id, environmentId: environment.id };
        hosts.add(new URL((await scene.owner.post<Workload>('/v1/workloads', body)).url).hostname);
      }
    }
    expect(hosts.size).toBe(4);
    for (const host of hosts) expect(host.split('.')[0]).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
  });

  it('is listed by project, app or environment, and by nothing else', async () => {
    const ids = async (query: string) =>
      (await scene.owner.get<Page<Workload>>(`/v1/workloads?${query}`)).items.map((each) => each.id);
    for (const query of [`project=${scene.project.id}`, `app=${scene.app.id}`, `environment=${scene.environment.id}`])
      expect(await ids(query)).toEqual([scene.id]);
    expect((await scene.owner.refusal('GET', '/v1/workloads')).status).toBe(422);
  });

  it('keeps the deadlines and references that a patch does not name', async () => {
    await patch({ deadlines: { queued: 5 }, trackedRef: 'release' });
    const patched = await patch({ deadlines: { rolling: 7 }, startDeadlineSeconds: 20 });
    expect(patched).toMatchObject({ trackedRef: 'release', startDeadlineSeconds: 20 });
    expect(patched.deadlines).toMatchObject({ queued: 5, rolling: 7, building: 1_800 });
    expect((await patch({ trackedRef: null })).trackedRef).toBeNull();
  });

  it('is not changed by somebody who read an older state', async () => {
    const read = await scene.owner.send<Workload>('GET', path());
    const etag = read.headers.get('etag')!;
    await patch({ trackedRef: 'a' }, etag);
    expect((await scene.owner.refusal('PATCH', path(), { trackedRef: 'b' }, { 'if-match': etag })).status).toBe(412);
    expect((await scene.owner.refusal('PATCH', path(), { trackedRef: 'b' })).status).toBe(428);
    expect((await scene.now()).trackedRef).toBe('a');
  });

  it('refuses what is malformed and says where', async () => {
    const bad: [string, string, object, string[]][] = [
      ['PATCH', '', { deadlines: { rolling: 0 } }, ['/deadlines/rolling']],
      ['PATCH', '', { trackedRef: '--upload-pack=x' }, ['/trackedRef']],
      ['PATCH', '', { counts: { web: 2 } }, ['/']],
      ['POST', '/scale', {}, ['/']],
      ['POST', '/scale', { counts: { web: -1 } }, ['/counts/web']],
      ['POST', '/scale', { counts: { WEB: 1 } }, ['/counts/WEB']],
      ['POST', '/scale', { sizes: { web: { memoryMib: 1 } } }, ['/sizes/web/memoryMib']],
      ['POST', '/scale', { sizes: { web: { command: 'a\0b' } } }, ['/sizes/web/command']],
      ['POST', '/scale', { sizes: { web: { health: { path: '/a\0' } } } }, ['/sizes/web/health/path']],
    ];
    for (const [method, rest, body, pointers] of bad) {
      const refusal = await scene.owner.refusal(method, path(rest), body, { 'if-match': '*' });
      expect({ body, ...refusal }).toEqual({ body, status: 422, code: 'validation_failed', pointers });
    }
    expect(await scene.now()).toEqual(scene.workload);
  });

  it('cannot be stopped, started or restarted before anything was deployed', async () => {
    for (const action of ['stop', 'start', 'restart'])
      expect((await scene.owner.refusal('POST', path(`/${action}`))).code).toBe('workload_never_deployed');
  });

  it('takes counts of types that its release has, and of any before there is one', async () => {
    await scene.scale({ counts: { worker: 2 } });
    await scene.deployLive('typed');
    const refusal = await scene.owner.refusal('POST', path('/scale'), { counts: { cron: 1 } });
    expect(refusal).toEqual({ status: 422, code: 'process_type_unknown', pointers: ['/counts/cron'] });
  });

  it('is deleted with everything that runs, and says so when nothing runs any more', async () => {
    await scene.deployLive('to-delete');
    const moving = await scene.request();
    await scene.owner.delete(path());
    expect((await scene.owner.refusal('GET', path())).status).toBe(404);
    expect((await scene.owner.refusal('GET', `/v1/deployments/${moving.id}`)).status).toBe(404);
    await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.deleted'));
    expect(await platform.runtime.observe(scene.id)).toBeNull();
    const allocations = (await platform.events(scene.id)).filter((each) => each.type.includes('allocation-changed'));
    expect(allocations.at(-1)?.data).toMatchObject({ entries: [] });
    expect(await platform.eventTypes(moving.id)).toEqual(['deployment.requested', 'deployment.cancelled']);
    await scene.owner.delete(`/v1/environments/${scene.environment.id}`);
  });

  it('deleted before its first deployment is told as deleted too', async () => {
    await scene.owner.delete(path());
    await eventually(async () =>
      expect(await platform.eventTypes(scene.id)).toEqual(['workload.created', 'workload.updated', 'workload.deleted']),
    );
  });

  it('shows its instances and their statistics', async () => {
    await scene.deployLive('shown');
    const { items } = await scene.owner.get<InstanceList>(path('/instances'));
    expect(items).toMatchObject([{ processType: 'web', release: 1, state: 'ready' }]);
    const sample = await scene.owner.get<StatsSample>(path('/stats'));
    expect(sample.items).toMatchObject([{ process: 'web', memoryLimitBytes: 256 * 1_048_576 }]);
    platform.runtime.setDown(true);
    const refusal = await scene.owner.refusal('GET', path('/instances'));
    platform.runtime.setDown(false);
    expect(refusal).toMatchObject({ status: 503, code: 'runtime_unavailable' });
  });

  it('streams a sample each second until the token ends', async () => {
    await scene.deployLive('streamed');
    let seconds = 2;
    // On a slow machine a token may end before much was told: another one lasts longer.
    await eventually(async () => {
      const token = await platform.identity.token({ subjectId: scene.ownerId, expiresIn: ++seconds });
      const stream = { accept: 'text/event-stream' };
      const answer = await platform.client(token).send<string>('GET', path('/stats'), undefined, stream);
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      expect(answer.body.match(/^event: stats$/gm)?.length).toBeGreaterThanOrEqual(2);
    });
  });
});

describe('everything of a workload', () => {
  const calls = (id: string, deployment: string, release: string): [string, string, object?][] => [
    ['GET', `/v1/workloads/${id}`],
    ['PATCH', `/v1/workloads/${id}`, { trackedRef: 'x' }],
    ['DELETE', `/v1/workloads/${id}`],
    ['POST', `/v1/workloads/${id}/scale`, { counts: { web: 9 } }],
    ['POST', `/v1/workloads/${id}/stop`],
    ['POST', `/v1/workloads/${id}/start`],
    ['POST', `/v1/workloads/${id}/restart`],
    ['GET', `/v1/workloads/${id}/instances`],
    ['GET', `/v1/workloads/${id}/stats`],
    ['GET', `/v1/workloads/${id}/logs`],
    ['POST', `/v1/workloads/${id}/deployments`, { source: { kind: 'git' } }],
    ['POST', `/v1/workloads/${id}/deployments?dryRun=true`, { source: { kind: 'git' } }],
    ['GET', `/v1/workloads?app=${id}`],
    ['GET', `/v1/deployments?workload=${id}`],
    ['GET', `/v1/deployments/${deployment}`],
    ['POST', `/v1/deployments/${deployment}/cancel`],
    ['GET', `/v1/releases?workload=${id}`],
    ['GET', `/v1/releases/${release}`],
    ['GET', `/v1/config/${id}`],
    ['PATCH', `/v1/config/${id}`, { set: { A: 'b' } }],
    ['GET', `/v1/secrets/${id}`],
    ['PATCH', `/v1/secrets/${id}`, { set: { A: 'b' } }],
  ];
  const asked = async (caller: Scene['owner'], [method, where, body]: [string, string, object?]) => {
    const answer = await caller.send(method, where, body, { 'if-match': '*' });
    return { status: answer.status, code: answer.body?.code, detail: answer.body?.detail };
  };
  const writes = async () => ({
    ...(await scene.now()),
    conditions: [],
    events: (await platform.events()).filter((each) => each.partitionkey === scene.id).map((each) => each.type),
  });

  it('looks to another tenant, and to nobody, as what never was', async () => {
    const live = await scene.deployLive('private');
    const release = (await scene.releases())[0]!.id;
    const foreign = await Scene.make(platform);
    await scene.comesToRest();
    const before = await writes();
    const never = calls(randomUUID(), randomUUID(), randomUUID());
    for (const [index, call] of calls(scene.id, live.id, release).entries()) {
      const unknown = await asked(foreign.owner, never[index]!);
      expect({ call, ...unknown }).toMatchObject({ call, status: 404, code: 'not_found' });
      expect({ call, ...(await asked(foreign.owner, call)) }).toEqual({ call, ...unknown });
      expect({ call, ...(await asked(platform.client(null), call)) }).toMatchObject({ call, status: 401 });
    }
    expect(await writes()).toEqual(before);
  });

  it('is read by a viewer, except secrets, and changed by none', async () => {
    const live = await scene.deployLive('seen');
    const release = (await scene.releases())[0]!.id;
    const viewer = await scene.member('viewer');
    await scene.comesToRest();
    const before = await writes();
    for (const call of calls(scene.id, live.id, release).filter(([, where]) => !where.includes('?app='))) {
      const readable = call[0] === 'GET' && !call[1].includes('/secrets/');
      expect({ call, status: (await asked(viewer, call)).status }).toEqual({ call, status: readable ? 200 : 403 });
    }
    expect(await writes()).toEqual(before);
  });

  it('is changed by a developer, but not deleted', async () => {
    const developer = await scene.member('developer');
    expect((await asked(developer, ['PATCH', path(), { trackedRef: 'x' }])).status).toBe(200);
    expect((await asked(developer, ['DELETE', path()])).status).toBe(403);
    expect((await asked(await scene.member('billing'), ['GET', path()])).status).toBe(403);
  });

  it('can be given to somebody in one environment alone', async () => {
    const staging = await scene.owner.post<Environment>('/v1/environments', {
      projectId: scene.project.id,
      slug: 'staging',
      kind: 'staging',
    });
    const theirs = await scene.owner.post<Workload>('/v1/workloads', {
      appId: scene.app.id,
      environmentId: staging.id,
    });
    const scope = { kind: 'environment' as const, id: staging.id };
    const token = await platform.identity.member(scene.organizationId, 'developer', { scope });
    const guest = platform.client(token);
    expect((await guest.send('GET', `/v1/workloads/${theirs.id}`)).status).toBe(200);
    expect((await guest.send('PATCH', `/v1/config/${theirs.id}`, { set: { A: 'b' } })).status).toBe(202);
    expect((await asked(guest, ['GET', path()])).status).toBe(404);
    expect((await asked(guest, ['PATCH', `/v1/config/${scene.id}`, { set: { A: 'b' } }])).status).toBe(404);
  });
});

it('tells the others only what the registry of events knows, each aggregate without a gap', async () => {
  await scene.deployLive('told');
  await scene.scale({ counts: { web: 2 } });
  await scene.eventuallyRuns({ 'v1 web': 2 });
  await eventually(async () => expect((await platform.events(scene.id)).length).toBeGreaterThan(3));
  const events = await platform.events();
  const versions = new Map<string, number[]>();
  for (const event of events) {
    const definition = registry.get(event.type);
    expect(definition?.data.safeParse(event.data).error ?? null).toBeNull();
    versions.set(event.subject, [...(versions.get(event.subject) ?? []), event.aggregateversion]);
  }
  for (const [subject, seen] of versions)
    expect({ subject, seen }).toEqual({ subject, seen: seen.map((_, index) => index + 1) });
});
