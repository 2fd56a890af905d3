import { randomUUID } from 'node:crypto';
import type { Project } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProjectsRepository } from '../src/projects/projects.repository.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let ours: Scene;
let neighbour: Scene;
let projects: ProjectsRepository;

beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
  projects = platform.service.app.get(ProjectsRepository, { strict: false });
});
beforeEach(async () => {
  ours = await Scene.make(platform);
  neighbour = await Scene.make(platform);
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => platform.close());

const isThere = async ({ project }: Scene) =>
  (await platform.query('select from project where id = $1 and deleted_at is null', [project.id])).length === 1;
/** As the route that deletes one project would, had it forgotten which. */
const forgetful = () =>
  jest.spyOn(projects, 'remove').mockImplementation(async (tx: Tx, _id: string, at: Date) => {
    await tx.query('update project set deleted_at = $1 where deleted_at is null', [at]);
    return true;
  });

describe('a route whose statement forgets the organization', () => {
  it('changes nothing of a neighbour', async () => {
    forgetful();
    await ours.owner.delete(`/v1/projects/${ours.project.id}`);
    expect([await isThere(ours), await isThere(neighbour)]).toEqual([false, true]);
  });

  it('changes nothing of a neighbour when it comes with an Idempotency-Key', async () => {
    const insert = projects.insert.bind(projects);
    jest.spyOn(projects, 'insert').mockImplementation(async (tx: Tx, project: Project) => {
      await tx.query('update project set deleted_at = $1 where deleted_at is null', [project.createdAt]);
      return insert(tx, project);
    });
    const body = { organizationId: ours.organizationId, slug: 'another' };
    const answer = await ours.owner.send('POST', '/v1/projects', body, { 'idempotency-key': randomUUID() });
    expect(answer.status).toBe(201);
    expect([await isThere(ours), await isThere(neighbour)]).toEqual([false, true]);
  });

  it('finds nothing of a neighbour', async () => {
    const found: string[] = [];
    jest.spyOn(projects, 'remove').mockImplementation(async (tx: Tx) => {
      const sql = 'select distinct organization_id as id from workload';
      found.push(...(await tx.query<{ id: string }>(sql)).map(({ id }) => id));
      return true;
    });
    await ours.owner.delete(`/v1/projects/${ours.project.id}`);
    expect(found).toEqual([ours.organizationId]);
  });

  it('lists nothing of a neighbour', async () => {
    const list = jest.spyOn(projects, 'list').mockImplementation(async (sql: Sql) => {
      const columns = `id, organization_id as "organizationId", slug, created_at as "createdAt"`;
      const rows = await sql.query<Project>(`select ${columns} from project where deleted_at is null`);
      return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() }));
    });
    const path = `/v1/projects?organization=${ours.organizationId}`;
    expect(await ours.owner.get(path)).toEqual({ items: [ours.project], next: null });
    expect(list).toHaveBeenCalledTimes(1);
  });

  it('makes nothing for a neighbour', async () => {
    const before = await platform.query('select id from project');
    const insert = projects.insert.bind(projects);
    jest
      .spyOn(projects, 'insert')
      .mockImplementation((tx, project) => insert(tx, { ...project, organizationId: neighbour.organizationId }));
    const answer = await ours.owner.send('POST', '/v1/projects', { organizationId: ours.organizationId, slug: 'gift' });
    expect(answer.status).toBe(500);
    expect(await platform.query('select id from project')).toHaveLength(before.length);
  });

  it('would change all of them without the wall', async () => {
    forgetful();
    await platform.query('alter table project no force row level security');
    await ours.owner.delete(`/v1/projects/${ours.project.id}`);
    await platform.query('alter table project force row level security');
    expect([await isThere(ours), await isThere(neighbour)]).toEqual([false, false]);
  });
});
