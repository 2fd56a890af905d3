import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import type { App, Environment, Project } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';

describe('projects, environments and apps', () => {
  let platform: Platform;
  let scene: Scene;
  let foreign: Scene;
  beforeAll(async () => {
    platform = await Platform.start({ environment: { ROLE: 'api' } });
    scene = await Scene.make(platform);
    foreign = await Scene.make(platform);
  });
  afterAll(() => platform.close());

  const environmentBody = (slug: string, projectId = scene.project.id) => ({ projectId, slug, kind: 'staging' });
  const appBody = (slug: string, projectId = scene.project.id) => ({ projectId, slug, source: gitSource });
  const collections = () =>
    [
      ['projects', { organizationId: scene.organizationId }, `organization=${scene.organizationId}`, scene.project],
      ['environments', environmentBody('x'), `project=${scene.project.id}`, scene.environment],
      ['apps', appBody('x'), `project=${scene.project.id}`, scene.app],
    ] as const;

  it('are created, with the place to find them, an event and an audit entry', async () => {
    for (const [collection, body] of collections()) {
      const created = await scene.owner.send<{ id: string }>('POST', `/v1/${collection}`, { ...body, slug: 'new-one' });
      expect(created.status).toBe(201);
      const { id } = created.body;
      expect(created.headers.get('location')).toBe(`/v1/${collection}/${id}`);
      expect(await scene.owner.get(`/v1/${collection}/${id}`)).toEqual(created.body);
      expect(created.body).toMatchObject({ organizationId: scene.organizationId, slug: 'new-one' });
      expect(await platform.eventTypes(id)).toEqual([`${collection.slice(0, -1)}.created`]);
      const audit = await platform.query(
        `select action, actor->>'id' as actor from audit_entry where target->>'id' = $1 order by sequence`,
        [id],
      );
      expect(audit).toEqual([{ action: `${collection}:create`, actor: scene.ownerId }]);
    }
  });

  it('keep their slugs unique in their parent, and free again after deletion', async () => {
    for (const [collection, body] of collections()) {
      const twice = { ...body, slug: 'only-one' };
      const { id } = await scene.owner.post<{ id: string }>(`/v1/${collection}`, twice);
      expect(await scene.owner.refusal('POST', `/v1/${collection}`, twice)).toMatchObject({
        status: 409,
        pointers: ['/slug'],
      });
      await scene.owner.delete(`/v1/${collection}/${id}`);
      expect(await scene.owner.refusal('GET', `/v1/${collection}/${id}`)).toMatchObject({ status: 404 });
      await scene.owner.post(`/v1/${collection}`, twice);
    }
  });

  it('refuse what is malformed and say where', async () => {
    const bad: [string, object, string[]][] = [
      ['projects', { organizationId: 'acme', slug: 'Shop' }, ['/organizationId', '/slug']],
      ['projects', { organizationId: scene.organizationId, slug: 'shop-two', owner: 'me' }, ['/']],
      ['projects', { organizationId: scene.organizationId, slug: 'a'.repeat(10_000) }, ['/slug']],
      ['environments', { ...environmentBody('qa'), kind: 'preview' }, ['/kind']],
      ['apps', { ...appBody('api'), source: { ...gitSource, url: '--upload-pack=touch /tmp/x' } }, ['/source/url']],
      ['apps', { ...appBody('api'), source: { ...gitSource, branch: '--exec' } }, ['/source/branch']],
      ['apps', { ...appBody('api'), build: { rootFolder: '../other' } }, ['/build/rootFolder']],
      ['apps', { ...appBody('api'), build: { buildCommand: 'make \0' } }, ['/build/buildCommand']],
      ['apps', { ...appBody('api'), build: { buildCommand: 'make \ud800' } }, ['/build/buildCommand']],
    ];
    const counts = () =>
      platform.query(
        'select (select count(*) from project) p, (select count(*) from app) a, (select count(*) from environment) e',
      );
    const before = await counts();
    for (const [collection, body, pointers] of bad) {
      const refusal = await scene.owner.refusal('POST', `/v1/${collection}`, body);
      expect({ body, ...refusal }).toEqual({ body, status: 422, code: 'validation_failed', pointers });
    }
    expect((await scene.owner.refusal('POST', '/v1/projects', '{"slug":')).status).toBe(400);
    expect(await scene.owner.refusal('GET', '/v1/projects/not-an-id')).toMatchObject({
      status: 422,
      pointers: [':id'],
    });
    expect(await counts()).toEqual(before);
  });

  it('are answered to nobody else: a foreign one and one that never was look the same', async () => {
    for (const [collection, body, query, { id }] of collections()) {
      const elsewhere = JSON.parse(JSON.stringify(body).replaceAll(scene.project.id, randomUUID())) as object;
      const asked = async (method: string, path: string, sent?: unknown) => {
        const { status, body: problem } = await foreign.owner.send(method, path, sent);
        return { status, code: problem.code, detail: problem.detail, errors: problem.errors };
      };
      const never = await asked('GET', `/v1/${collection}/${randomUUID()}`);
      expect(never.status).toBe(404);
      expect(await asked('GET', `/v1/${collection}/${id}`)).toEqual(never);
      expect(await asked('DELETE', `/v1/${collection}/${id}`)).toEqual(never);
      expect(await asked('GET', `/v1/${collection}?${query}`)).toEqual(never);
      expect(await asked('POST', `/v1/${collection}`, { ...body, slug: 'mine-now' })).toEqual(never);
      if (collection !== 'projects')
        expect(await asked('POST', `/v1/${collection}`, { ...elsewhere, slug: 'mine-now' })).toEqual(never);
    }
  });

  it('are read by a viewer, changed by no viewer', async () => {
    const viewer = await scene.member('viewer');
    for (const [collection, body, query, { id }] of collections()) {
      expect(await viewer.get(`/v1/${collection}/${id}`)).toMatchObject({ id });
      expect((await viewer.get<Page<unknown>>(`/v1/${collection}?${query}`)).items.length).toBeGreaterThan(0);
      for (const [method, path, sent] of [
        ['POST', `/v1/${collection}`, { ...body, slug: 'by-viewer' }],
        ['DELETE', `/v1/${collection}/${id}`, undefined],
      ] as const)
        expect(await viewer.refusal(method, path, sent)).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  it('are listed to whoever has a role on some of them only: those, page by page, and no others', async () => {
    const { organizationId } = scene;
    const made = (slug: string) => scene.owner.post<Project>('/v1/projects', { organizationId, slug });
    const own = [await made('own-a'), await made('own-b')];
    const subjectId = randomUUID();
    const join = (kind: 'project' | 'environment', id: string) =>
      platform.identity.member(organizationId, 'viewer', { subjectId, scope: { kind, id } });
    const path = `/v1/projects?organization=${organizationId}`;
    await join('project', own[0]!.id);
    const member = platform.client(await join('project', own[1]!.id));
    const shown = async (query: string) => (await member.get<Page<Project>>(`${path}${query}`)).items;
    expect(await shown('')).toEqual(own);
    expect(await shown('&slug=own-b')).toEqual([own[1]]);
    expect(await shown(`&slug=${scene.project.slug}`)).toEqual([]);
    const first = await member.get<Page<Project>>(`${path}&limit=1`);
    expect(first.items).toEqual([own[0]]);
    expect(await member.get(`${path}&limit=1&cursor=${first.next}`)).toEqual({ items: [own[1]], next: null });
    const narrow = await platform.identity.token({ subjectId, scopes: ['apps:read'] });
    expect((await platform.client(narrow).refusal('GET', path)).status).toBe(403);
  });

  it('show whoever has a role on environments alone what holds those, and of it no other environment', async () => {
    const { organizationId, project } = scene;
    const other = await scene.owner.post<Project>('/v1/projects', { organizationId, slug: 'elsewhere' });
    const environment = (projectId: string, slug: string) =>
      scene.owner.post<Environment>('/v1/environments', { projectId, slug, kind: 'staging' });
    const theirs = [await environment(project.id, 'theirs-a'), await environment(project.id, 'theirs-b')];
    const gone = await environment(other.id, 'gone');
    const subjectId = randomUUID();
    const join = (role: 'viewer' | 'developer', id: string) =>
      platform.identity.member(organizationId, role, { subjectId, scope: { kind: 'environment', id } });
    await join('viewer', gone.id);
    await join('developer', theirs[0]!.id);
    const member = platform.client(await join('viewer', theirs[1]!.id));
    const shown = async (path: string) => (await member.get<Page<unknown>>(path)).items;
    const [projects, environments] = [`/v1/projects?organization=${organizationId}`, '/v1/environments?project='];
    expect((await shown(projects)).map((each) => (each as Project).id).sort()).toEqual([project.id, other.id].sort());
    expect(await shown(`${environments}${other.id}`)).toEqual([gone]);
    await scene.owner.delete(`/v1/environments/${gone.id}`);
    expect(await shown(projects)).toEqual([project]);
    expect(await member.get(`/v1/projects/${project.id}`)).toEqual(project);
    expect(await shown(`${environments}${project.id}`)).toEqual(theirs);
    expect(await shown(`${environments}${project.id}&slug=${scene.environment.slug}`)).toEqual([]);
    expect(await shown(`/v1/apps?project=${project.id}`)).toEqual([]);
    const first = await member.get<Page<Environment>>(`${environments}${project.id}&limit=1`);
    expect(first.items).toEqual([theirs[0]]);
    expect(await shown(`${environments}${project.id}&limit=1&cursor=${first.next}`)).toEqual([theirs[1]]);
    for (const [method, path, status] of [
      ['GET', `/v1/projects/${other.id}`, 404],
      ['GET', `${environments}${other.id}`, 404],
      ['GET', `/v1/environments/${scene.environment.id}`, 404],
      ['DELETE', `/v1/projects/${project.id}`, 404],
    ] as const)
      expect([path, (await member.refusal(method, path)).status]).toEqual([path, status]);
    const narrow = platform.client(await platform.identity.token({ subjectId, scopes: ['apps:read'] }));
    for (const path of [projects, `/v1/projects/${project.id}`, `${environments}${project.id}`])
      expect((await narrow.refusal('GET', path)).status).toBe(403);
  });

  it('are refused without a token, with one that ended and with one of too little scope', async () => {
    const path = `/v1/projects/${scene.project.id}`;
    const token = (options: object) => platform.identity.token({ subjectId: scene.ownerId, ...options });
    expect((await platform.client(null).refusal('GET', path)).status).toBe(401);
    expect((await platform.client(await token({ expiresIn: -60 })).refusal('GET', path)).status).toBe(401);
    expect((await platform.client(await token({ scopes: ['apps:read'] })).refusal('GET', path)).status).toBe(403);
    expect((await platform.client(await token({ scopes: ['projects:read'] })).send('GET', path)).status).toBe(200);
  });

  it('are listed in pages that hold each once', async () => {
    const { organizationId } = scene;
    const made = await Promise.all(
      ['p-a', 'p-b', 'p-c', 'p-d', 'p-e'].map((slug) =>
        scene.owner.post<Project>('/v1/projects', { organizationId, slug }),
      ),
    );
    const seen: string[] = [];
    let path: string | null = `/v1/projects?organization=${organizationId}&limit=2`;
    while (path) {
      const page: Answer<Page<Project>> = await scene.owner.send<Page<Project>>('GET', path);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map((each) => each.id));
      const link: string | null = page.headers.get('link');
      expect(link === null).toBe(page.body.next === null);
      path = link && /<([^>]+)>/.exec(link)![1]!;
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const { id } of made) expect(seen).toContain(id);
    const [named] = (await scene.owner.get<Page<Project>>(`/v1/projects?organization=${organizationId}&slug=p-c`))
      .items;
    expect(named?.slug).toBe('p-c');
  });

  it('refuse a cursor that is none, or that is of another list', async () => {
    const cursor = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const bad of ['x', cursor('x'), cursor(5), cursor('5'), cursor("' or 1=1")]) {
      for (const [collection, , query] of collections())
        expect(await scene.owner.refusal('GET', `/v1/${collection}?${query}&cursor=${bad}`)).toMatchObject({
          status: 422,
          pointers: ['?cursor'],
        });
    }
    expect(
      await scene.owner.refusal('GET', `/v1/projects?organization=${scene.organizationId}&limit=201`),
    ).toMatchObject({ status: 422, pointers: ['?limit'] });
  });

  it('are made once for one Idempotency-Key, however often and however much at once it is sent', async () => {
    const body = { organizationId: scene.organizationId, slug: 'just-once' };
    const key = { 'idempotency-key': randomUUID() };
    const send = () => scene.owner.send<Project>('POST', '/v1/projects', body, key);
    const answers = await Promise.all([send(), send(), send(), send()]);
    const made = answers.filter((each) => each.status === 201);
    expect(answers.every((each) => each.status === 201 || each.status === 409)).toBe(true);
    expect(new Set(made.map((each) => each.body.id)).size).toBe(1);
    expect((await send()).body.id).toBe(made[0]!.body.id);
    expect((await send()).headers.get('location')).toBe(`/v1/projects/${made[0]!.body.id}`);
    const other = { ...body, slug: 'something-else' };
    expect(await scene.owner.refusal('POST', '/v1/projects', other, key)).toMatchObject({ status: 422 });
    expect(await platform.eventTypes(made[0]!.body.id)).toEqual(['project.created']);
  });

  it('are not deleted while something is left in them', async () => {
    expect(await scene.owner.refusal('DELETE', `/v1/projects/${scene.project.id}`)).toMatchObject({
      status: 409,
      code: 'project_not_empty',
    });
    expect((await scene.owner.refusal('DELETE', `/v1/environments/${scene.environment.id}`)).code).toBe(
      'environment_not_empty',
    );
    expect((await scene.owner.refusal('DELETE', `/v1/apps/${scene.app.id}`)).code).toBe('app_not_empty');
  });

  it('take nothing in while they are being deleted', async () => {
    const { id: projectId } = await scene.owner.post<Project>('/v1/projects', {
      organizationId: scene.organizationId,
      slug: 'doomed',
    });
    const environment = await scene.owner.post<Environment>('/v1/environments', environmentBody('there', projectId));
    const app = await scene.owner.post<App>('/v1/apps', appBody('there', projectId));
    const late: [string, string, object][] = [
      ['environment', '/v1/workloads', { appId: app.id, environmentId: environment.id }],
      ['app', '/v1/workloads', { appId: app.id, environmentId: environment.id }],
      ['project', '/v1/environments', environmentBody('late', projectId)],
      ['project', '/v1/apps', appBody('late', projectId)],
    ];
    for (const [table, path, body] of late) {
      const id = { environment: environment.id, app: app.id, project: projectId }[table];
      const request = await platform.service.database.transaction(async (tx) => {
        await tx.query(`select from ${table} where id = $1 for update`, [id]);
        await tx.query(`update ${table} set deleted_at = now() where id = $1`, [id]);
        const sent = scene.owner.refusal('POST', path, body);
        await blocked();
        return { sent };
      });
      expect({ table, path, ...(await request.sent) }).toMatchObject({ table, path, status: 404 });
      await platform.query(`update ${table} set deleted_at = null where id = $1`, [id]);
    }

    /** The request waits for the row that is being deleted. */
    async function blocked(): Promise<void> {
      await eventually(async () => {
        const rows = await platform.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(rows.length).toBeGreaterThan(0);
      });
    }
  });

  it('store nothing when a step fails half-way', async () => {
    await platform.query(`alter table audit_entry add constraint no_more check (action <> 'apps:create') not valid`);
    const answer = await scene.owner.refusal('POST', '/v1/apps', appBody('half'));
    await platform.query('alter table audit_entry drop constraint no_more');
    expect(answer).toMatchObject({ status: 500, code: 'internal' });
    expect(await platform.query(`select from app where slug = 'half'`)).toEqual([]);
    expect((await platform.events()).filter((each) => JSON.stringify(each.data).includes('"half"'))).toEqual([]);
  });
});

describe('an app', () => {
  let platform: Platform;
  let scene: Scene;
  beforeAll(async () => {
    platform = await Platform.start({ environment: { ROLE: 'api' } });
    scene = await Scene.make(platform);
  });
  afterAll(() => platform.close());

  const path = () => `/v1/apps/${scene.app.id}`;

  it('is changed as it was read, and not otherwise', async () => {
    const read = await scene.owner.send<App>('GET', path());
    const etag = read.headers.get('etag')!;
    const changed = await scene.owner.send<App>(
      'PATCH',
      path(),
      { build: { rootFolder: 'web' } },
      { 'if-match': etag },
    );
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect((await scene.owner.get<App>(path())).build.rootFolder).toBe('web');
    const stale = await scene.owner.refusal('PATCH', path(), { build: {} }, { 'if-match': etag });
    expect(stale).toMatchObject({ status: 412 });
    expect((await scene.owner.refusal('PATCH', path(), { build: {} })).status).toBe(428);
    expect(await platform.eventTypes(scene.app.id)).toEqual(['app.created', 'app.updated']);
  });

  it('keeps what a merge patch does not name', async () => {
    const patch = (body: object) => scene.owner.patch<App>(path(), body, { 'if-match': '*' });
    await patch({ build: { rootFolder: 'api', installCommand: 'npm ci' } });
    await patch({ source: { kind: 'git', url: 'https://git.example/two.git', branch: 'release' } });
    const patched = await patch({ build: { buildCommand: 'make' } });
    expect(patched.build).toEqual({ rootFolder: 'api', installCommand: 'npm ci', buildCommand: 'make' });
    expect(patched.source).toEqual({ kind: 'git', url: 'https://git.example/two.git', branch: 'release' });
    expect((await patch({ build: { installCommand: null } })).build.installCommand).toBeNull();
  });

  it('changed by two at once is changed by one', async () => {
    const etag = (await scene.owner.send('GET', path())).headers.get('etag')!;
    const change = (rootFolder: string) =>
      scene.owner.send('PATCH', path(), { build: { rootFolder } }, { 'if-match': etag });
    const statuses = (await Promise.all(['a', 'b', 'c'].map(change))).map((each) => each.status);
    expect(statuses.sort()).toEqual([200, 412, 412]);
  });
});
