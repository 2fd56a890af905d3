import { randomBytes } from 'node:crypto';
import type { PullCredential } from '@berth/contracts/deployment';
import { createLogger, Keyring, SealedRows } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_PULL_CREDENTIALS } from '../src/pull-credentials/pull-credential.js';
import { sealedPullCredentials } from '../src/pull-credentials/registry-logins.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const path = '/v1/pull-credentials';
const image = `registry.example/shop@sha256:${'a1'.padEnd(64, '0')}`;

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
});
afterAll(() => platform.close());
beforeEach(async () => {
  scene = await Scene.make(platform);
});

const body = (more: object = {}) => ({
  ...{ organizationId: scene.organizationId, registry: 'registry.example', username: 'robot', password: 'open sesame' },
  ...more,
});
const add = (more: object = {}) => scene.owner.post<PullCredential>(path, body(more));
const list = async () =>
  (await scene.owner.get<{ items: PullCredential[] }>(`${path}?organization=${scene.organizationId}`)).items;
const logins = () => scene.desired?.registries?.logins;

describe('credentials for a registry', () => {
  it('are listed without the password, which is nowhere but sealed', async () => {
    const made = await add();
    expect(made).toEqual({
      ...{ id: made.id, organizationId: scene.organizationId, registry: 'registry.example', username: 'robot' },
      ...{ createdBy: expect.any(String), createdAt: expect.any(String) },
    });
    expect(await list()).toEqual([made]);
    expect(await scene.owner.get(`${path}/${made.id}`)).toEqual(made);
    const [row] = await platform.query<{ text: string }>(
      'select p::text as text from pull_credential p where id = $1',
      [made.id],
    );
    expect(Buffer.from(/\\x([0-9a-f]+)/.exec(row?.text ?? '')?.[1] ?? '', 'hex').toString('latin1')).not.toContain(
      'sesame',
    );
    expect(row?.text).not.toContain('sesame');
  });

  it('are told to the runtime with the next release, and at once when they change', async () => {
    await scene.reaches(await scene.request({ kind: 'image', image }), 'live');
    expect(logins()).toEqual([]);
    const before = scene.desired;
    const { id } = await add();
    const login = { registry: 'registry.example', username: 'robot', password: 'open sesame' };
    await eventually(() => expect(logins()).toEqual([login]));
    expect(scene.desired?.registries?.version).not.toBe(before?.registries?.version);
    expect(scene.desired?.restartToken).toBe(before?.restartToken);
    await scene.owner.delete(`${path}/${id}`);
    await eventually(() => expect(logins()).toEqual([]));
    expect(await list()).toEqual([]);
    expect(await scene.owner.refusal('DELETE', `${path}/${id}`)).toMatchObject({ status: 404 });
  });

  it('reach what runs once, too', async () => {
    await scene.reaches(await scene.request({ kind: 'image', image }), 'live');
    await add();
    await scene.owner.post(`/v1/workloads/${scene.id}/tasks`, { command: 'true' });
    const started = () => platform.runtime.tasks.started.filter((each) => each.workloadId === scene.id);
    const told = () => started().map(({ registries }) => registries?.logins.length);
    await eventually(() => expect(told()).toEqual([1]));
  });

  it('are no other organization’s', async () => {
    await add();
    const stranger = await Scene.make(platform);
    await stranger.reaches(await stranger.request({ kind: 'image', image }), 'live');
    expect(stranger.desired?.registries?.logins).toEqual([]);
    const [{ id }] = (await list()) as [PullCredential];
    for (const method of ['GET', 'DELETE'])
      expect(await stranger.owner.refusal(method, `${path}/${id}`)).toMatchObject({ status: 404 });
  });

  it('are one for each registry, and not without end', async () => {
    await add();
    expect(await scene.owner.refusal('POST', path, body({ username: 'other' }))).toEqual({
      ...{ status: 409, code: 'pull_credential_taken', pointers: ['/registry'] },
    });
    for (let index = 1; index < MOST_PULL_CREDENTIALS; index++) await add({ registry: `r${index}.example` });
    expect(await scene.owner.refusal('POST', path, body({ registry: 'one.more' }))).toMatchObject({
      ...{ status: 409, code: 'too_many_pull_credentials' },
    });
    const rows = await platform.query('select 1 from pull_credential where organization_id = $1', [
      scene.organizationId,
    ]);
    expect(rows).toHaveLength(MOST_PULL_CREDENTIALS);
  });

  it.each([
    ['an address', { registry: 'https://registry.example' }, '/registry'],
    ['a path', { registry: 'registry.example/team' }, '/registry'],
    ['a registry that no image could name', { registry: 'Registry.example' }, '/registry'],
    ['a user that cannot be sent', { username: 'a:b' }, '/username'],
    ['no password', { password: '' }, '/password'],
    ['a password of two lines', { password: 'a\nb' }, '/password'],
  ])('are not taken with %s', async (_, more, pointer) => {
    expect(await scene.owner.refusal('POST', path, body(more))).toMatchObject({ status: 422, pointers: [pointer] });
    expect(await list()).toEqual([]);
  });

  it('leave who, what and for which registry in the audit trail', async () => {
    const { id } = await add();
    await scene.owner.delete(`${path}/${id}`);
    const rows = await platform.query<{ action: string; detail: object }>(
      `select action, detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [id],
    );
    const detail = { registry: 'registry.example' };
    expect(rows).toEqual([
      { action: 'pull-credentials:create', detail },
      { action: 'pull-credentials:delete', detail },
    ]);
  });

  it('need no former key when the keys were changed', async () => {
    const { id } = await add();
    const [old, current] = [Buffer.from(platform.environment['KEY_ENCRYPTION_KEY'] ?? '', 'base64'), randomBytes(32)];
    const keys = { config: { ROLE: 'worker' as const }, keyring: new Keyring([current, old]) };
    const sealed = async () =>
      (await platform.query<{ sealed: Buffer }>('select sealed from pull_credential where id = $1', [id]))[0]!.sealed;
    const before = await sealed();
    const rows = new SealedRows(
      { ...keys, columns: [sealedPullCredentials] },
      platform.service.database,
      createLogger('test', 'silent'),
    );
    await rows.onApplicationBootstrap();
    expect(await sealed()).not.toEqual(before);
    expect(new Keyring([current]).openText(`pull-credential/${id}`, await sealed())).toBe('open sesame');
    // The platform of the other tests has the former key.
    await platform.query('delete from pull_credential');
  });
});
