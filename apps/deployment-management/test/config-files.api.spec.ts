import type {
  Config,
  ConfigChange,
  DryRun,
  EffectiveConfig,
  EffectiveSecrets,
  ScopedChange,
  ScopedConfig,
  ScopedSecretList,
  SecretList,
} from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const base64 = (content: string | Buffer): string => Buffer.from(content as string).toString('base64');
const binary = Buffer.from([0, 255, 10, 128]);
const change = (segment: 'config' | 'secrets', body: object) =>
  scene.owner.patch<ConfigChange>(`/v1/${segment}/${scene.id}`, body);
const live = async ({ deploymentId }: ConfigChange) => scene.reaches({ id: deploymentId! }, 'live');
const config = () => scene.owner.get<Config>(`/v1/config/${scene.id}`);
const secrets = () => scene.owner.get<SecretList>(`/v1/secrets/${scene.id}`);
const told = () => Object.fromEntries((scene.desired?.files ?? []).map(({ path, content }) => [path, content]));
const refusal = (segment: 'config' | 'secrets', body: object) =>
  scene.owner.refusal('PATCH', `/v1/${segment}/${scene.id}`, body);

describe('a file in the config', () => {
  it('is versioned with the variables, and reaches the app byte for byte', async () => {
    await change('config', {
      set: { A: '1', './nginx/nginx.conf': base64('events {}'), './data.bin': base64(binary) },
    });
    await change('secrets', { set: { './tls/key.der': base64(binary), TOKEN: 't' } });
    expect(await config()).toMatchObject({
      ...{ version: 2, variables: { A: '1' } },
      files: [
        { name: './data.bin', bytes: 4, content: base64(binary) },
        { name: './nginx/nginx.conf', bytes: 9, content: base64('events {}') },
      ],
    });
    expect((await secrets()).items).toMatchObject([
      { name: './tls/key.der', version: 1, bytes: 4 },
      { name: 'TOKEN', version: 1 },
    ]);
    expect((await secrets()).items[1]).not.toHaveProperty('bytes');
    await scene.deployLive('filed');
    expect(scene.desired?.environment).toEqual({ A: '1', TOKEN: 't' });
    expect(told()).toEqual({
      ...{ 'data.bin': base64(binary), 'nginx/nginx.conf': base64('events {}'), 'tls/key.der': base64(binary) },
    });
  });

  it('changed makes another release, which a rollback takes back', async () => {
    await change('config', { set: { './a': base64('one') } });
    await change('secrets', { set: { './key': base64('secret one') } });
    await scene.deployLive('one');
    await live(await change('config', { set: { './a': base64('two') } }));
    await live(await change('secrets', { set: { './key': base64('secret two') }, unset: ['./a'] }));
    expect(told()).toEqual({ key: base64('secret two') });
    const hashes = (await scene.releases()).map(({ configHash }) => configHash);
    expect(new Set(hashes).size).toBe(3);
    const source = { kind: 'release', number: 1 };
    const dry = await scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, { source });
    expect(dry.changes).toEqual([
      { path: '/configVersion', before: 4, after: 2 },
      { path: '/files/a', before: null, after: expect.stringMatching(/^sha256:/) },
      { path: '/files/key', before: 'version 2 of a secret', after: 'version 1 of a secret' },
    ]);
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(told()).toEqual({ a: base64('one'), key: base64('secret one') });
    expect((await scene.releases())[0]).toMatchObject({ hash: dry.releaseHash, configVersion: 2 });
  });

  it('reaches commands that run once', async () => {
    await change('secrets', { set: { './key': base64('secret') } });
    await scene.deployLive('one');
    const { id } = await scene.owner.post<{ id: string }>(`/v1/workloads/${scene.id}/tasks`, {
      command: 'node seed.js',
    });
    const started = () => platform.runtime.tasks.started.find(({ taskId }) => taskId === id);
    await eventually(() => expect(started()).toBeDefined());
    expect(started()?.files).toEqual([{ path: 'key', content: base64('secret') }]);
  });

  it('of a secret is revoked by its name', async () => {
    await change('secrets', { set: { './key': base64('leaked') } });
    await scene.deployLive('one');
    await live(await change('secrets', { set: { './key': base64('fresh') }, revokeFormer: true }));
    expect(told()).toEqual({ key: base64('fresh') });
    const [former] = await platform.query(
      `select name, number, bytes, revoked_at is not null as revoked from secret_version
        where workload_id = $1 order by number`,
      [scene.id],
    );
    expect(former).toEqual({ name: './key', number: 1, bytes: 6, revoked: true });
    const inUse = { name: './key', version: 2 };
    const refused = await scene.owner.refusal('POST', `/v1/secrets/${scene.id}/revocations`, inUse);
    expect(refused).toMatchObject({ status: 409, code: 'secret_in_use' });
  });

  it('is audited by its name alone', async () => {
    await change('secrets', { set: { './tls/key.pem': base64('very secret content') } });
    const [entry] = await platform.query<{ detail: object }>(
      `select detail from audit_entry where action = 'secrets:update' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    expect(entry?.detail).toMatchObject({ names: ['./tls/key.pem'], after: { names: ['./tls/key.pem'] } });
    expect(JSON.stringify(entry)).not.toContain(base64('very secret content').slice(4, 20));
  });

  it('is refused where it cannot be, and nothing of the rest is stored', async () => {
    await change('config', { set: { './a/b': base64('x') } });
    const bad: [object, string, string[]][] = [
      [{ './../etc/passwd': '', OK: '1' }, 'validation_failed', ['/set/.~1..~1etc~1passwd']],
      [{ '/etc/passwd': '' }, 'validation_failed', ['/set/~1etc~1passwd']],
      [{ './..data': '' }, 'validation_failed', ['/set/.~1..data']],
      [{ './c': 'no base64', OK: '1' }, 'validation_failed', ['/set/.~1c']],
      [{ './a': '', OK: '1' }, 'file_in_the_way', ['/set/.~1a']],
      [{ OK: '1', './a/b/c': '' }, 'file_in_the_way', ['/set/.~1a~1b~1c']],
      [{ './c': '', './c/d': '' }, 'file_in_the_way', ['/set/.~1c']],
    ];
    for (const [set, code, pointers] of bad)
      for (const segment of ['config', 'secrets'] as const)
        expect(await refusal(segment, { set })).toEqual({ status: 422, code, pointers });
    expect(await refusal('config', { unset: ['./..'] })).toMatchObject({ pointers: ['/unset/0'] });
    expect(await config()).toMatchObject({ version: 1, variables: {} });
    expect((await secrets()).items).toEqual([]);
    const stored = await platform.query('select 1 from secret_version where workload_id = $1', [scene.id]);
    expect(stored).toEqual([]);
    expect(await change('config', { unset: ['./a/b'], set: { './a': '' } })).toMatchObject({ version: 2 });
  });

  it('counts with what its scope holds, by its bytes', async () => {
    const half = base64(Buffer.alloc(120 * 1024, 7));
    await change('config', { set: { './half': half } });
    const refused = { status: 422, code: 'config_too_large', pointers: ['/set/.~1other'] };
    expect(await refusal('config', { set: { './other': half } })).toEqual(refused);
    expect(await refusal('secrets', { set: { './other': half } })).toEqual(refused);
    const nearly = base64(Buffer.alloc(119 * 1024));
    expect(await change('secrets', { set: { './other': nearly } })).toMatchObject({ version: 2 });
    expect((await secrets()).items).toMatchObject([{ name: './other', bytes: 119 * 1024 }]);
  });
});

describe('a file of a wider scope', () => {
  const at = (segment: string, kind: 'organization' | 'project') =>
    `/v1/${segment}/scopes/${kind}/${kind === 'project' ? scene.project.id : scene.organizationId}`;

  it('reaches what is below it, and the nearer one takes the place of what is in its way', async () => {
    await scene.owner.patch<ScopedChange>(at('secrets', 'organization'), {
      set: { './tls': base64('a bundle'), './ca.pem': base64('ca') },
    });
    await scene.owner.patch<ScopedChange>(at('config', 'project'), { set: { './tls/cert.pem': base64('cert') } });
    await change('config', { set: { './own': base64('own') } });
    const { items } = await scene.owner.get<EffectiveConfig>(`/v1/config/${scene.id}/effective`);
    expect(items).toEqual([
      { name: './own', value: base64('own'), bytes: 3, scope: 'workload' },
      { name: './tls/cert.pem', value: base64('cert'), bytes: 4, scope: 'project' },
    ]);
    const { items: hidden } = await scene.owner.get<EffectiveSecrets>(`/v1/secrets/${scene.id}/effective`);
    expect(hidden).toMatchObject([{ name: './ca.pem', version: 1, bytes: 2, scope: 'organization' }]);
    expect(hidden).toHaveLength(1);
    await scene.deployLive('scoped');
    expect(told()).toEqual({ 'ca.pem': base64('ca'), 'tls/cert.pem': base64('cert'), own: base64('own') });
  });

  it('is listed there, and refused as that of an app is', async () => {
    await scene.owner.patch<ScopedChange>(at('config', 'project'), { set: { './a': base64('abc'), B: '1' } });
    await scene.owner.patch<ScopedChange>(at('secrets', 'project'), { set: { './s': base64('xy') } });
    expect(await scene.owner.get<ScopedConfig>(at('config', 'project'))).toMatchObject({
      ...{ variables: { B: '1' }, files: [{ name: './a', bytes: 3, content: base64('abc') }] },
    });
    const { items } = await scene.owner.get<ScopedSecretList>(at('secrets', 'project'));
    expect(items).toMatchObject([{ name: './s', version: 1, bytes: 2 }]);
    const body = { set: { './s/t': '' } };
    expect(await scene.owner.refusal('PATCH', at('config', 'project'), body)).toEqual({
      ...{ status: 422, code: 'file_in_the_way', pointers: ['/set/.~1s~1t'] },
    });
  });
});
