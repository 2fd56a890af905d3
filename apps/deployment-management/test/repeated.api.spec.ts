import { randomUUID } from 'node:crypto';
import type { Problem } from '@berth/contracts/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { gitSource, Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
  scene = await Scene.make(platform);
  await scene.deployLive('repeated');
});
afterAll(() => platform.close());

interface Command {
  readonly path: string;
  readonly body?: object;
  /** What may not be told from the first by its key. */
  readonly other?: object;
}

/** Each command that makes something or acts, and what it would do twice if nobody knew that it was sent again. */
const commands: Readonly<Record<string, (scene: Scene) => Command>> = {
  'makes a project': ({ organizationId }) => ({
    path: '/v1/projects',
    body: { organizationId, slug: 'again' },
    other: { organizationId, slug: 'another' },
  }),
  'makes an environment': ({ project }) => ({
    path: '/v1/environments',
    body: { projectId: project.id, slug: 'again', kind: 'staging' },
    other: { projectId: project.id, slug: 'again', kind: 'development' },
  }),
  'makes an app': ({ project }) => ({
    path: '/v1/apps',
    body: { projectId: project.id, slug: 'again', source: gitSource },
    other: { projectId: project.id, slug: 'again', source: { kind: 'upload' } },
  }),
  'makes a volume': ({ id }) => ({
    path: '/v1/volumes',
    body: { workloadId: id, name: 'data', process: 'web', mountPath: '/data', sizeMib: 64 },
    other: { workloadId: id, name: 'data', process: 'web', mountPath: '/data', sizeMib: 65 },
  }),
  'makes a domain': ({ id }) => ({
    path: '/v1/domains',
    body: { workloadId: id, host: 'again.example.com' },
    other: { workloadId: id, host: 'other.example.com' },
  }),
  'makes a credential': ({ organizationId }) => ({
    path: '/v1/pull-credentials',
    body: { organizationId, registry: 'registry.example', username: 'ci', password: 'one' },
    other: { organizationId, registry: 'registry.example', username: 'ci', password: 'two' },
  }),
  'makes a schedule': ({ id }) => ({
    path: `/v1/workloads/${id}/schedules`,
    body: { name: 'nightly', cron: '0 3 * * *', command: 'node report.js' },
    other: { name: 'nightly', cron: '0 4 * * *', command: 'node report.js' },
  }),
  'runs a task': ({ id }) => ({
    path: `/v1/workloads/${id}/tasks`,
    body: { command: 'node seed.js' },
    other: { command: 'node other.js' },
  }),
  'makes a snapshot': ({ environment }) => ({
    path: `/v1/environments/${environment.id}/snapshots`,
    body: { note: 'before' },
    other: { note: 'after' },
  }),
  scales: ({ id }) => ({
    path: `/v1/workloads/${id}/scale`,
    body: { counts: { web: 0 } },
    other: { counts: { web: 1 } },
  }),
  restarts: ({ id }) => ({ path: `/v1/workloads/${id}/restart` }),
};

const send = (of: Scene, { path, body }: Command, key: string) =>
  of.owner.send<Problem>('POST', path, body, { 'idempotency-key': key });

/** All that was ever written down of what the owner did: one entry for each act. */
const acts = async ({ organizationId, ownerId }: Scene) => {
  const [row] = await platform.query<{ count: number }>(
    `select count(*)::int as count from audit_entry where organization_id = $1 and actor->>'id' = $2`,
    [organizationId, ownerId],
  );
  return row?.count;
};

describe.each(Object.entries(commands))('a command that %s', (_name, commandOf) => {
  it('does so once, and answers the same, when it is sent again with its key', async () => {
    const [command, key] = [commandOf(scene), randomUUID()];
    const first = await send(scene, command, key);
    expect([first.body.code, first.status]).toEqual([undefined, expect.any(Number)]);
    const before = await acts(scene);
    expect(before).toBeGreaterThan(0);
    const second = await send(scene, command, key);
    expect({ status: second.status, body: second.body }).toEqual({ status: first.status, body: first.body });
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await acts(scene)).toBe(before);
    const { other } = command;
    if (other === undefined) return;
    const reused = await send(scene, { ...command, body: other }, key);
    expect({ status: reused.status, code: reused.body.code }).toEqual({ status: 422, code: 'idempotency_key_reused' });
    expect(await acts(scene)).toBe(before);
  });
});

it('the key of somebody else opens nothing of theirs', async () => {
  const key = randomUUID();
  const command = commands['makes a project']!(scene);
  const body = { ...command.body, slug: 'of-the-owner' };
  expect((await send(scene, { ...command, body }, key)).status).toBe(201);
  const foreign = await Scene.make(platform);
  const answer = await send(foreign, { ...command, body }, key);
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 404, code: 'not_found' });
});

it('a command that was refused is tried anew with its key: what was in its way may be gone', async () => {
  const { id: projectId } = scene.project;
  const command = { path: '/v1/apps', body: { projectId, slug: 'in-the-way', source: gitSource } };
  const made = (await scene.owner.post<{ id: string }>(command.path, command.body)).id;
  const key = randomUUID();
  expect((await send(scene, command, key)).status).toBe(409);
  await scene.owner.delete(`/v1/apps/${made}`);
  expect((await send(scene, command, key)).status).toBe(201);
});
