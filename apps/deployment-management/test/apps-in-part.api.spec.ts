import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import type { App, Environment, PlaceLabels, Workload } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
let staging: Environment;
/** Runs in staging; what the scene has runs in production. */
let theirs: { app: App; workload: Workload };
let subjectId: string;
let member: Client;

beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  staging = await scene.owner.post('/v1/environments', {
    projectId: scene.project.id,
    slug: 'staging',
    kind: 'staging',
  });
  const app = await newApp('theirs');
  theirs = { app, workload: await run(app, staging) };
  await newApp('idle');
  subjectId = randomUUID();
  member = await join('developer', staging);
});
afterAll(() => platform.close());

const newApp = (slug: string): Promise<App> =>
  scene.owner.post('/v1/apps', { projectId: scene.project.id, slug, source: gitSource });
const run = ({ id: appId }: App, { id: environmentId }: Environment): Promise<Workload> =>
  scene.owner.post('/v1/workloads', { appId, environmentId });

async function join(role: 'viewer' | 'developer' | 'admin', { id }: Environment): Promise<Client> {
  const scope = { kind: 'environment', id } as const;
  return platform.client(await platform.identity.member(scene.organizationId, role, { subjectId, scope }));
}

const idsOf = async (path: string, client = member) =>
  (await client.get<Page<{ id: string }>>(path)).items.map(({ id }) => id);
const apps = () => `/v1/apps?project=${scene.project.id}`;

describe('whoever has a role on an environment alone', () => {
  it('sees the apps that have workloads in it, and no others', async () => {
    expect(await member.get(apps())).toEqual({ items: [theirs.app], next: null });
    expect(await idsOf(`${apps()}&slug=theirs`)).toEqual([theirs.app.id]);
    for (const slug of ['web', 'idle']) expect(await idsOf(`${apps()}&slug=${slug}`)).toEqual([]);
    expect(await member.get(`/v1/apps/${theirs.app.id}`)).toEqual(theirs.app);
    expect((await member.get<PlaceLabels>(`/v1/apps/${theirs.app.id}/labels`)).id).toBe(theirs.app.id);
    for (const path of [`/v1/apps/${scene.app.id}`, `/v1/apps/${scene.app.id}/labels`])
      expect([path, (await member.refusal('GET', path)).status]).toEqual([path, 404]);
  });

  it('sees of such an app the workloads in their environments, and none elsewhere', async () => {
    const production = await run(theirs.app, scene.environment);
    const ofApp = `/v1/workloads?app=${theirs.app.id}`;
    expect(await idsOf(ofApp)).toEqual([theirs.workload.id]);
    expect(await idsOf(`${ofApp}&project=${scene.project.id}`)).toEqual([theirs.workload.id]);
    expect(await idsOf(`/v1/workloads?project=${scene.project.id}`)).toEqual([theirs.workload.id]);
    expect((await idsOf(ofApp, scene.owner)).sort()).toEqual([theirs.workload.id, production.id].sort());
    expect((await member.refusal('GET', `/v1/workloads?app=${scene.app.id}`)).status).toBe(404);
    expect((await member.refusal('GET', `${ofApp}&environment=${scene.environment.id}`)).status).toBe(404);
  });

  it('runs it in another environment of theirs, and no app that they do not see', async () => {
    const review = await scene.owner.post<Environment>('/v1/environments', {
      ...{ projectId: scene.project.id, slug: 'review', kind: 'staging' },
    });
    member = await join('developer', review);
    const body = { environmentId: review.id, appId: theirs.app.id };
    expect(await member.post('/v1/workloads', body)).toMatchObject(body);
    expect(await member.refusal('POST', '/v1/workloads', { ...body, appId: scene.app.id })).toMatchObject({
      status: 404,
    });
  });

  it('changes nothing of an app, whatever the role', async () => {
    member = await join('admin', staging);
    const app = `/v1/apps/${theirs.app.id}`;
    for (const [method, path, body] of [
      ['PATCH', app, { build: { rootFolder: 'x' } }],
      ['PATCH', `${app}/labels`, { team: 'x' }],
      ['DELETE', app, undefined],
    ] as const)
      expect([path, (await member.refusal(method, path, body, { 'if-match': '*' })).status]).toEqual([path, 404]);
  });

  it('sees it no longer when its workload there is gone', async () => {
    await platform.query('update workload set deleted_at = now() where id = $1', [theirs.workload.id]);
    expect(await member.get(apps())).toEqual({ items: [], next: null });
    expect((await member.refusal('GET', `/v1/apps/${theirs.app.id}`)).status).toBe(404);
  });
});
