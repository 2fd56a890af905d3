import { randomUUID } from 'node:crypto';
import type {
  ConfigChange,
  ConfigScope,
  DryRun,
  EffectiveConfig,
  EffectiveSecrets,
  Environment,
  ScopedChange,
  ScopedConfig,
  ScopedSecretList,
  ScopedSecretRevocation,
  ScopedSecretsChange,
  Workload,
} from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const kinds: readonly ConfigScope[] = ['organization', 'project', 'environment'];
const idOf = (kind: ConfigScope): string =>
  ({ organization: scene.organizationId, project: scene.project.id, environment: scene.environment.id })[kind];
const at = (segment: 'config' | 'secrets', kind: ConfigScope): string => `/v1/${segment}/scopes/${kind}/${idOf(kind)}`;
const set = (kind: ConfigScope, variables: object, rest: object = {}) =>
  scene.owner.patch<ScopedChange>(at('config', kind), { set: variables, ...rest });
const setSecrets = (kind: ConfigScope, secrets: object, rest: object = {}) =>
  scene.owner.patch<ScopedChange>(at('secrets', kind), { set: secrets, ...rest });
const setOwn = (variables: object) => scene.owner.patch<ConfigChange>(`/v1/config/${scene.id}`, { set: variables });
const effective = async () =>
  (await scene.owner.get<EffectiveConfig>(`/v1/config/${scene.id}/effective`)).items.map(
    ({ name, value, scope }) => `${scope} ${name}=${value}`,
  );
const deploymentOf = ({ deployments }: Pick<ScopedChange, 'deployments'>): { id: string } => {
  expect(deployments).toMatchObject([{ workloadId: scene.id }]);
  return { id: deployments[0]!.deploymentId };
};
const rollBack = async (number: number) => {
  const requested = await scene.request({ kind: 'release', number });
  return scene.reaches(requested, 'live');
};

describe('config of a wider scope', () => {
  it('reaches what is below it, and the nearer scope wins', async () => {
    await set('organization', { A: 'organization', B: 'organization', C: 'organization', D: 'organization' });
    await set('project', { B: 'project', C: 'project', D: 'project' });
    await set('environment', { C: 'environment', D: 'environment' });
    await setOwn({ D: 'workload' });
    expect(await effective()).toEqual([
      'organization A=organization',
      'project B=project',
      'environment C=environment',
      'workload D=workload',
    ]);
    await scene.deployLive('scoped');
    expect(scene.desired?.environment).toEqual({ A: 'organization', B: 'project', C: 'environment', D: 'workload' });
    expect((await scene.releases())[0]).toMatchObject({
      configVersion: 1,
      scopeVersions: { organization: 1, project: 1, environment: 1 },
    });
  });

  it('is a numbered version for each change, of what was set there alone', async () => {
    expect(await set('project', { A: '1', B: '2' })).toEqual({ version: 1, outOfDate: 0, deployments: [] });
    expect(await set('project', { B: '3' }, { unset: ['A'] })).toMatchObject({ version: 2 });
    const read = await scene.owner.get<ScopedConfig>(at('config', 'project'));
    expect(read).toMatchObject({ scope: 'project', scopeId: scene.project.id, version: 2, variables: { B: '3' } });
    expect(await scene.owner.get<ScopedConfig>(at('config', 'environment'))).toMatchObject({
      ...{ version: 0, variables: {}, createdAt: null },
    });
    const rows = await platform.query(
      'select number, created_by from config_version where workload_id = $1 order by number',
      [scene.project.id],
    );
    expect(rows).toEqual([1, 2].map((number) => ({ number, created_by: scene.ownerId })));
  });

  it('changed by many at once loses nothing', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `NAME_${index}`);
    const changes = await Promise.all(names.map((name) => set('project', { [name]: name })));
    expect(changes.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { variables } = await scene.owner.get<ScopedConfig>(at('config', 'project'));
    expect(Object.keys(variables).sort()).toEqual(names);
  });

  it('makes no release by itself: what is below is out of date until the next one', async () => {
    await scene.deployLive('first');
    expect((await scene.now()).outOfDate).toEqual([]);
    expect(await set('project', { A: '1' })).toEqual({ version: 1, outOfDate: 1, deployments: [] });
    await set('environment', { A: '2' });
    expect(await scene.now()).toMatchObject({ currentRelease: 1, outOfDate: ['project', 'environment'] });
    expect(scene.desired?.environment).toEqual({});
    await scene.deployLive('second');
    expect(await scene.now()).toMatchObject({ currentRelease: 2, outOfDate: [] });
    expect(scene.desired?.environment).toEqual({ A: '2' });
  });

  it('is released to all below it that are out of date when that is asked for, at once or later', async () => {
    await scene.deployLive('live');
    const applied = await set('organization', { A: '1' }, { apply: true });
    expect(applied.outOfDate).toBe(1);
    await scene.reaches(deploymentOf(applied), 'live');
    expect(scene.desired?.environment).toEqual({ A: '1' });
    expect(await scene.now()).toMatchObject({ currentRelease: 2, outOfDate: [] });
    await set('project', { A: '2' });
    const later = await scene.owner.post<ScopedChange>(`${at('config', 'project')}/apply`);
    await scene.reaches(deploymentOf(later), 'live');
    expect(scene.desired?.environment).toEqual({ A: '2' });
    expect(await scene.owner.post<ScopedChange>(`${at('config', 'project')}/apply`)).toEqual({
      ...{ version: 1, outOfDate: 0, deployments: [] },
    });
  });

  it('is released once: asked again while it is on its way, the answer names the same deployment', async () => {
    await scene.deployLive('slow');
    scene.behave('slow', { kind: 'hangs' });
    const first = await set('project', { A: '1' }, { apply: true });
    await scene.reaches(deploymentOf(first), 'rolling');
    const again = await scene.owner.post<ScopedChange>(`${at('config', 'project')}/apply`);
    expect(again).toEqual(first);
    scene.behave('slow', { kind: 'honest' });
    await scene.reaches(deploymentOf(first), 'live');
  });

  it('is released part by part, too: a nearer scope brings the wider ones, but what a rollback holds back of those', async () => {
    await set('organization', { A: '1' });
    await scene.deployLive('live');
    await set('organization', { A: '2' });
    const part = await scene.owner.post<ScopedChange>(`${at('config', 'environment')}/apply`);
    expect(part).toMatchObject({ version: 0, outOfDate: 1 });
    await scene.reaches(deploymentOf(part), 'live');
    expect(scene.desired?.environment).toEqual({ A: '2' });
    await rollBack(1);
    expect((await scene.now()).outOfDate).toEqual(['organization']);
    expect(await scene.owner.post<ScopedChange>(`${at('config', 'environment')}/apply`)).toEqual({
      ...{ version: 0, outOfDate: 0, deployments: [] },
    });
    await set('environment', { B: '1' });
    await scene.deployLive('next');
    await set('project', { C: '1' });
    const whole = await scene.owner.post<ScopedChange>(`${at('config', 'organization')}/apply`);
    await scene.reaches(deploymentOf(whole), 'live');
    expect(scene.desired?.environment).toEqual({ A: '2', B: '1', C: '1' });
  });

  it('is released without cancelling a build that will bring it anyway', async () => {
    await scene.deployLive('live');
    const building = await scene.request();
    const applied = await set('project', { A: '1' }, { apply: true });
    expect(deploymentOf(applied).id).toBe(building.id);
    await platform.builds.started(building);
    await platform.builds.succeeded(building, 'next');
    await scene.reaches(building, 'live');
    expect(scene.desired?.environment).toEqual({ A: '1' });
  });

  it('leaves alone what is elsewhere', async () => {
    const other = await scene.owner.post<Environment>('/v1/environments', {
      ...{ projectId: scene.project.id, slug: 'staging', kind: 'staging' },
    });
    await scene.deployLive('live');
    await scene.owner.patch(`/v1/config/scopes/environment/${other.id}`, { set: { A: '1' } });
    expect((await scene.now()).outOfDate).toEqual([]);
    expect(await effective()).toEqual([]);
  });

  it('of one organization is not another’s, whatever its role there', async () => {
    const stranger = (await Scene.make(platform)).owner;
    const viewer = await scene.member('viewer');
    for (const kind of kinds) {
      for (const segment of ['config', 'secrets'] as const) {
        const body = { set: { A: '1' } };
        expect((await stranger.refusal('PATCH', at(segment, kind), body)).status).toBe(404);
        expect((await viewer.refusal('PATCH', at(segment, kind), body)).status).toBe(403);
      }
      expect((await viewer.send('GET', at('config', kind))).status).toBe(200);
      expect((await viewer.refusal('GET', at('secrets', kind))).status).toBe(403);
      expect((await viewer.refusal('POST', `${at('config', kind)}/apply`)).status).toBe(403);
      expect((await stranger.refusal('POST', `${at('config', kind)}/apply`)).status).toBe(404);
      expect((await scene.owner.refusal('GET', `/v1/config/scopes/${kind}/${randomUUID()}`)).status).toBe(404);
    }
  });

  it('is refused with its place when it cannot be a variable, or is too much; nothing of it is stored', async () => {
    const bad: [object, string[]][] = [
      [{ set: { PORT: '1' } }, ['/set/PORT']],
      [{ set: { A: 'a\0b' } }, ['/set/A']],
      [{}, ['/']],
      [{ set: { A: 'x' }, apply: 'yes' }, ['/apply']],
    ];
    for (const [body, pointers] of bad)
      for (const segment of ['config', 'secrets'] as const)
        expect(await scene.owner.refusal('PATCH', at(segment, 'project'), body)).toEqual({
          ...{ status: 422, code: 'validation_failed', pointers },
        });
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`N_${index}`, '1']));
    const large = Object.fromEntries(['A', 'B', 'C', 'D'].map((name) => [name, 'x'.repeat(62_000)]));
    for (const path of [at('config', 'project'), at('secrets', 'project'), `/v1/config/${scene.id}`]) {
      expect(await scene.owner.refusal('PATCH', path, { set: many })).toEqual({
        ...{ status: 422, code: 'too_many_variables', pointers: ['/set/N_0'] },
      });
      expect(await scene.owner.refusal('PATCH', path, { set: large })).toEqual({
        ...{ status: 422, code: 'config_too_large', pointers: ['/set/A'] },
      });
    }
    expect(await scene.owner.get<ScopedConfig>(at('config', 'project'))).toMatchObject({ version: 0 });
    expect((await scene.owner.refusal('GET', `/v1/config/scopes/app/${scene.app.id}`)).status).toBe(422);
  });

  it('is audited by name, never by value', async () => {
    await set('project', { A: 'plain-value-of-a' }, { unset: ['B'] });
    const [entry] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'config:update' and target->>'id' = $1 order by sequence`,
      [scene.project.id],
    );
    expect(entry?.detail).toEqual({
      ...{ version: 1, names: ['A'], removed: ['B'], applied: false },
      before: { version: 0, names: [] },
      after: { version: 1, names: ['A'] },
    });
  });
});

describe('a release', () => {
  it('is the same to the hash when a variable only changed its scope', async () => {
    await setOwn({ A: '1' });
    await scene.deployLive('same');
    await set('project', { A: '1' });
    await scene.owner.patch(`/v1/config/${scene.id}`, { unset: ['A'] });
    const [{ id }] = (await platform.query<{ id: string }>(
      'select id from deployment where workload_id = $1 order by number desc limit 1',
      [scene.id],
    )) as [{ id: string }];
    await scene.reaches({ id }, 'live');
    const [after, before] = await scene.releases();
    expect(after?.scopeVersions.project).toBe(1);
    expect(after?.hash).toBe(before?.hash);
  });

  it('that is rolled back to has the config of then, and keeps it until that scope changes again', async () => {
    await set('project', { A: 'good' });
    await scene.deployLive('first');
    await scene.reaches(deploymentOf(await set('project', { A: 'bad' }, { apply: true })), 'live');
    const { release } = await rollBack(1);
    expect(release).toBe(3);
    expect(scene.desired?.environment).toEqual({ A: 'good' });
    expect((await scene.now()).outOfDate).toEqual(['project']);
    expect(await effective()).toEqual(['project A=good']);
    const { deploymentId } = await setOwn({ B: '1' });
    await scene.reaches({ id: deploymentId! }, 'live');
    expect(scene.desired?.environment).toEqual({ A: 'good', B: '1' });
    await set('project', { A: 'better' });
    expect(await effective()).toEqual(['project A=better', 'workload B=1']);
    await scene.deployLive('next');
    expect(scene.desired?.environment).toEqual({ A: 'better', B: '1' });
  });

  it('that was rolled back from comes again when the config of the scope is applied', async () => {
    await set('project', { A: 'old' });
    await scene.deployLive('first');
    await scene.reaches(deploymentOf(await set('project', { A: 'new' }, { apply: true })), 'live');
    await rollBack(1);
    const applied = await scene.owner.post<ScopedChange>(`${at('config', 'project')}/apply`);
    await scene.reaches(deploymentOf(applied), 'live');
    expect(scene.desired?.environment).toEqual({ A: 'new' });
    expect((await scene.now()).outOfDate).toEqual([]);
  });

  it('that is promoted gets the config of where it goes', async () => {
    const staging = await scene.owner.post<Environment>('/v1/environments', {
      ...{ projectId: scene.project.id, slug: 'staging', kind: 'staging' },
    });
    await set('environment', { WHERE: 'production' });
    await scene.owner.patch(`/v1/config/scopes/environment/${staging.id}`, { set: { WHERE: 'staging' } });
    await scene.deployLive('promoted');
    const target = await scene.owner.post<Workload>('/v1/workloads', {
      ...{ appId: scene.app.id, environmentId: staging.id },
    });
    const promotion = await scene.owner.post<{ id: string }>(`/v1/workloads/${target.id}/deployments`, {
      source: { kind: 'promote', workloadId: scene.id, number: 1 },
    });
    await scene.reaches(promotion, 'live');
    const told = platform.runtime.applied.filter(({ workloadId }) => workloadId === target.id).at(-1);
    expect(told?.environment).toEqual({ WHERE: 'staging' });
  });

  it('is told before it is made, with what changes in which scope', async () => {
    await scene.deployLive('live');
    await set('project', { A: '1' });
    const source = { kind: 'release', number: 1 };
    const dry = await scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, { source });
    expect(dry.changes).toEqual([]);
    await scene.deployLive('next');
    const back = await scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, { source });
    expect(back.changes).toContainEqual({ path: '/scopeVersions/project', before: 1, after: 0 });
    expect(back.releaseHash).toBe((await scene.releases())[1]?.hash);
  });
});

describe('secrets of a wider scope', () => {
  const effectiveSecrets = async () =>
    (await scene.owner.get<EffectiveSecrets>(`/v1/secrets/${scene.id}/effective`)).items.map(
      ({ name, version, scope }) => `${scope} ${name}@${version}`,
    );

  it('reach the app alone; a nearer variable takes their place', async () => {
    await setSecrets('project', { TOKEN: 'sealed', KEY: 'hidden' });
    await setOwn({ KEY: 'plain' });
    expect(await effectiveSecrets()).toEqual(['project TOKEN@1']);
    const listed = await scene.owner.get<ScopedSecretList>(at('secrets', 'project'));
    expect(listed.items.map(({ name, version }) => `${name}@${version}`)).toEqual(['KEY@1', 'TOKEN@1']);
    await scene.deployLive('secretive');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'sealed', KEY: 'plain' });
    expect((await scene.owner.get<ScopedConfig>(at('config', 'project'))).variables).toEqual({});
  });

  it('that are revoked leave all that runs with them, and no rollback brings them back', async () => {
    await setSecrets('organization', { TOKEN: 'first' });
    await scene.deployLive('live');
    const revocation = { name: 'TOKEN', version: 1 };
    const path = `${at('secrets', 'organization')}/revocations`;
    expect(await scene.owner.refusal('POST', path, revocation)).toMatchObject({ status: 409, code: 'secret_in_use' });
    expect(await scene.owner.refusal('POST', path, { name: 'TOKEN', version: 9 })).toMatchObject({ status: 422 });
    await setSecrets('organization', { TOKEN: 'second' });
    const revoked = await scene.owner.post<ScopedSecretRevocation>(path, revocation);
    await scene.reaches(deploymentOf(revoked), 'live');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second' });
    const back = await rollBack(1);
    expect(back.notes.join()).toMatch(/TOKEN of the organization was revoked/);
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second' });
    expect((await scene.now()).outOfDate).toEqual([]);
  });

  it('that a rollback holds are let go when they are revoked', async () => {
    await setSecrets('project', { TOKEN: 'first' });
    await scene.deployLive('live');
    await scene.reaches(deploymentOf(await setSecrets('project', { TOKEN: 'second' }, { apply: true })), 'live');
    await rollBack(1);
    expect(scene.desired?.environment).toEqual({ TOKEN: 'first' });
    const revoked = await scene.owner.post<ScopedSecretRevocation>(`${at('secrets', 'project')}/revocations`, {
      ...{ name: 'TOKEN', version: 1 },
    });
    await scene.reaches(deploymentOf(revoked), 'live');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second' });
    await scene.deployLive('next');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second' });
  });

  it('that are revoked while a rollback to them is under way are not held by it', async () => {
    await setSecrets('project', { TOKEN: 'first' });
    await scene.deployLive('one');
    await setSecrets('project', { TOKEN: 'second' });
    await scene.deployLive('two');
    scene.behave('one', { kind: 'hangs' });
    const back = await scene.request({ kind: 'release', number: 1 });
    await scene.reaches(back, 'rolling');
    const revoked = await scene.owner.post<ScopedSecretRevocation>(`${at('secrets', 'project')}/revocations`, {
      ...{ name: 'TOKEN', version: 1 },
    });
    scene.behave('one', { kind: 'honest' });
    await scene.reaches(back, 'live');
    await scene.reaches(deploymentOf(revoked), 'live');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second' });
  });

  it('that are rotated leave all that runs with them, even while a build is under way, and no other', async () => {
    await setSecrets('organization', { TOKEN: 'first', OTHER: 'kept' });
    await scene.deployLive('live');
    const building = await scene.request();
    const rotated = await scene.owner.patch<ScopedSecretsChange>(at('secrets', 'organization'), {
      ...{ set: { TOKEN: 'second' }, revokeFormer: true },
    });
    expect(rotated.revoked).toEqual([{ name: 'TOKEN', version: 1 }]);
    expect(deploymentOf(rotated).id).not.toBe(building.id);
    await scene.reaches(deploymentOf(rotated), 'live');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second', OTHER: 'kept' });
    const again = await scene.owner.patch<ScopedSecretsChange>(at('secrets', 'organization'), {
      ...{ set: { NEW: 'value' }, revokeFormer: true },
    });
    expect(again).toMatchObject({ revoked: [], deployments: [], outOfDate: 1 });
  });
});
