import type { Config, ConfigChange, DryRun, SecretRevocation, SecretsChange } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const change = (segment: 'config' | 'secrets', body: object) =>
  scene.owner.patch<ConfigChange>(`/v1/${segment}/${scene.id}`, body);
const live = async ({ deploymentId }: { deploymentId: string | null }) =>
  scene.reaches({ id: deploymentId ?? 'none' }, 'live');
const variables = async () => (await scene.owner.get<Config>(`/v1/config/${scene.id}`)).variables;
const environment = () => scene.desired?.environment;
const memory = () => scene.desired?.processes[0]?.memoryMib;
const rollBack = (number: number) => scene.request({ kind: 'release', number });
const revoke = (name: string, version: number) =>
  scene.owner.post<SecretRevocation>(`/v1/secrets/${scene.id}/revocations`, { name, version });
const refusedRevocation = (name: string, version: number) =>
  scene.owner.refusal('POST', `/v1/secrets/${scene.id}/revocations`, { name, version });

/** v1 runs with MODE=old and 256 MiB, v3 with MODE=new and 512 MiB. */
async function twoConfigs(): Promise<void> {
  await change('config', { set: { MODE: 'old' } });
  await scene.deployLive('old');
  await live(await change('config', { set: { MODE: 'new', EXTRA: '1' } }));
  await live(await scene.scale({ sizes: { web: { memoryMib: 512 } } }));
}

describe('after a rollback', () => {
  beforeEach(twoConfigs);

  it('the config is that of then, and the next change starts from it', async () => {
    await scene.reaches(await rollBack(1), 'live');
    expect(await variables()).toEqual({ MODE: 'old' });
    await live(await change('config', { set: { ADDED: '1' } }));
    expect(environment()).toEqual({ MODE: 'old', ADDED: '1' });
    expect(memory()).toBe(256);
  });

  it('the sizes are those of then, and the next change starts from them', async () => {
    await scene.reaches(await rollBack(1), 'live');
    await live(await scene.scale({ sizes: { web: { cpuMillicores: 100 } } }));
    expect(scene.desired?.processes).toMatchObject([{ memoryMib: 256, cpuMillicores: 100 }]);
    expect(environment()).toEqual({ MODE: 'old' });
  });

  it('new code runs with the config and the sizes of then, and with a command of its own', async () => {
    await scene.reaches(await rollBack(1), 'live');
    await scene.deployLive('newer', { processes: [{ name: 'web', command: 'node newer.js' }] });
    expect(environment()).toEqual({ MODE: 'old' });
    expect(scene.desired?.processes).toMatchObject([{ command: 'node newer.js', memoryMib: 256 }]);
  });

  it('a rollback forward brings the later config back', async () => {
    await scene.reaches(await rollBack(1), 'live');
    await scene.reaches(await rollBack(3), 'live');
    await live(await change('config', { set: { ADDED: '1' } }));
    expect(environment()).toEqual({ MODE: 'new', EXTRA: '1', ADDED: '1' });
    expect(memory()).toBe(512);
  });

  it('that failed, config and sizes are those of what still serves', async () => {
    scene.behave('old', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    await scene.reaches(await rollBack(1), 'failed');
    scene.behave('old', { kind: 'honest' });
    expect(await variables()).toEqual({ MODE: 'new', EXTRA: '1' });
    await live(await change('config', { set: { ADDED: '1' } }));
    expect(environment()).toEqual({ MODE: 'new', EXTRA: '1', ADDED: '1' });
    expect(memory()).toBe(512);
  });

  it('changes that were made while it rolled are laid over it', async () => {
    scene.behave('old', { kind: 'hangs' });
    await scene.reaches(await rollBack(1), 'rolling');
    await change('config', { set: { ADDED: '1' }, unset: ['EXTRA'] });
    const scaled = await scene.scale({ sizes: { web: { cpuMillicores: 100 } } });
    scene.behave('old', { kind: 'honest' });
    await live(scaled);
    expect(environment()).toEqual({ MODE: 'old', ADDED: '1' });
    expect(scene.desired?.processes).toMatchObject([{ memoryMib: 256, cpuMillicores: 100 }]);
    expect(await variables()).toEqual({ MODE: 'old', ADDED: '1' });
  });

  it('two changes at once lose nothing of each other', async () => {
    await scene.reaches(await rollBack(1), 'live');
    await Promise.all(['A', 'B', 'C'].map((name) => change('config', { set: { [name]: name } })));
    expect(await variables()).toEqual({ MODE: 'old', A: 'A', B: 'B', C: 'C' });
  });
});

describe('a secret', () => {
  it('that was unset stays for the releases that need it', async () => {
    await change('secrets', { set: { TOKEN: 'first' } });
    await scene.deployLive('with-token');
    await live(await change('secrets', { unset: ['TOKEN'] }));
    expect(environment()).toEqual({});
    await scene.reaches(await rollBack(1), 'live');
    expect(environment()).toEqual({ TOKEN: 'first' });
    await live(await change('secrets', { set: { TOKEN: 'third' } }));
    const stored = await platform.query<{ number: number }>(
      'select number from secret_version where workload_id = $1 order by number',
      [scene.id],
    );
    expect(stored).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('whose version was revoked is rolled back with the current one, and the answer says which', async () => {
    await change('secrets', { set: { TOKEN: 'leaked', KEY: 'kept' } });
    await scene.deployLive('one');
    await live(await change('secrets', { set: { TOKEN: 'fresh' } }));
    expect(await revoke('TOKEN', 1)).toEqual({ name: 'TOKEN', version: 1, deploymentId: null });

    const asked = await scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, {
      source: { kind: 'release', number: 1 },
    });
    expect(asked.changes).toEqual([{ path: '/configVersion', before: 2, after: null }]);
    const rollback = await rollBack(1);
    expect(rollback.notes).toEqual(['Version 1 of TOKEN was revoked: version 2 takes its place.']);
    await scene.reaches(rollback, 'live');
    expect(environment()).toEqual({ TOKEN: 'fresh', KEY: 'kept' });
    const [release] = await scene.releases();
    expect(release).toMatchObject({ hash: asked.releaseHash, configVersion: 3 });
    await live(await change('config', { set: { MODE: 'x' } }));
    expect(environment()).toEqual({ TOKEN: 'fresh', KEY: 'kept', MODE: 'x' });
  });

  it('whose version was revoked and has no other value stops a rollback before it begins', async () => {
    await change('secrets', { set: { TOKEN: 'leaked' } });
    await scene.deployLive('one');
    await live(await change('secrets', { unset: ['TOKEN'] }));
    await revoke('TOKEN', 1);
    const refusal = await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/deployments`, {
      source: { kind: 'release', number: 1 },
    });
    expect(refusal).toEqual({ status: 422, code: 'secret_revoked', pointers: ['/source/number'] });
    await change('secrets', { set: { TOKEN: 'new' } });
    await scene.reaches(await rollBack(1), 'live');
    expect(environment()).toEqual({ TOKEN: 'new' });
  });

  it('that what runs still has is taken away by a deployment of the current config', async () => {
    await change('secrets', { set: { TOKEN: 'leaked' } });
    await scene.deployLive('one');
    scene.behave('one', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    await scene.reaches({ id: (await change('secrets', { set: { TOKEN: 'fresh' } })).deploymentId! }, 'failed');
    scene.behave('one', { kind: 'honest' });
    await scene.eventuallyRuns({ 'v1 web': 1 });
    const { deploymentId } = await revoke('TOKEN', 1);
    expect((await live({ deploymentId })).source).toEqual({ kind: 'config' });
    expect(environment()).toEqual({ TOKEN: 'fresh' });
    expect(await revoke('TOKEN', 1)).toMatchObject({ deploymentId: null });
  });

  it('that is rotated has another value in what runs, and no former one is in any release from then on', async () => {
    await change('secrets', { set: { TOKEN: 'first', KEY: 'kept' } });
    await scene.deployLive('one');
    await live(await change('secrets', { set: { TOKEN: 'second' } }));
    const rotated = await scene.owner.patch<SecretsChange>(`/v1/secrets/${scene.id}`, {
      ...{ set: { TOKEN: 'third' }, revokeFormer: true },
    });
    expect(rotated.revoked.map(({ version }) => version).sort()).toEqual([1, 2]);
    await live(rotated);
    expect(environment()).toEqual({ TOKEN: 'third', KEY: 'kept' });
    await scene.reaches(await rollBack(1), 'live');
    expect(environment()).toEqual({ TOKEN: 'third', KEY: 'kept' });
  });

  it.each<[object, object]>([
    [{ set: { TOKEN: 'second' } }, { TOKEN: 'second', KEY: 'kept' }],
    [{ unset: ['TOKEN'] }, { KEY: 'kept' }],
  ])('that is revoked while a rollback to it is under way is in nothing after that: %j', async (body, left) => {
    await change('secrets', { set: { TOKEN: 'first', KEY: 'kept' } });
    await scene.deployLive('slow');
    await live(await change('secrets', body));
    scene.behave('slow', { kind: 'hangs' });
    const back = await rollBack(1);
    await scene.reaches(back, 'rolling');
    const revoked = await revoke('TOKEN', 1);
    scene.behave('slow', { kind: 'honest' });
    await scene.reaches(back, 'live');
    await live(revoked);
    expect(environment()).toEqual(left);
    await live(await change('config', { set: { MODE: 'x' } }));
    expect(environment()).toEqual({ ...left, MODE: 'x' });
  });

  it('that was revoked goes on in what runs, also when the world has to be told again', async () => {
    await change('secrets', { set: { TOKEN: 'leaked' } });
    await scene.deployLive('sturdy');
    scene.behave('sturdy', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: [] } });
    await scene.reaches({ id: (await change('secrets', { unset: ['TOKEN'] })).deploymentId! }, 'failed');
    await scene.reaches({ id: (await revoke('TOKEN', 1)).deploymentId! }, 'failed');
    scene.behave('sturdy', { kind: 'honest' });
    platform.runtime.forget();
    await scene.eventuallyRuns({ 'v1 web': 1 });
    expect(environment()).toEqual({ TOKEN: 'leaked' });
  });

  it('revoked between the release and the first instance fails the deployment before an instance is touched', async () => {
    await change('secrets', { set: { TOKEN: 'leaked' } });
    await scene.deployLive('one');
    const requested = await scene.request();
    await platform.service.database.transaction(async (tx) => {
      await tx.query('select from workload where id = $1 for update', [scene.id]);
      await platform.builds.succeeded(requested, 'two');
      await tx.query('update secret_version set revoked_at = now() where workload_id = $1', [scene.id]);
    });
    const failed = await scene.reaches(requested, 'failed');
    expect(failed.failure).toMatchObject({ cause: 'config_invalid' });
    expect(failed.failure?.message).toContain('TOKEN');
    expect(failed.timeline.map((each) => each.to)).not.toContain('rolling');
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });

  it('that the config uses is not revoked, nor one that never was, nor by somebody who may not', async () => {
    await change('secrets', { set: { TOKEN: 'current' } });
    expect(await refusedRevocation('TOKEN', 1)).toEqual({ status: 409, code: 'secret_in_use', pointers: ['/version'] });
    for (const [name, version] of [
      ['TOKEN', 2],
      ['OTHER', 1],
    ] as const)
      expect(await refusedRevocation(name, version)).toEqual({
        status: 422,
        code: 'secret_version_not_found',
        pointers: ['/version'],
      });
    expect(await refusedRevocation('TOKEN', 0)).toMatchObject({ status: 422, pointers: ['/version'] });
    expect(await refusedRevocation('PORT', 1)).toMatchObject({ status: 422, pointers: ['/name'] });
    expect(await refusedRevocation('TOKEN', 2_147_483_648)).toMatchObject({ status: 422, pointers: ['/version'] });
    await change('secrets', { set: { TOKEN: 'next' } });
    const body = { name: 'TOKEN', version: 1 };
    const path = `/v1/secrets/${scene.id}/revocations`;
    expect((await (await scene.member('viewer')).refusal('POST', path, body)).status).toBe(403);
    expect((await (await Scene.make(platform)).owner.refusal('POST', path, body)).status).toBe(404);
    for (const _ of ['first', 'again']) await revoke('TOKEN', 1);
    const audit = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'secrets:revoke' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    const told = { before: { revoked: false }, after: { revoked: true } };
    expect(audit).toEqual([{ detail: { ...body, ...told } }, { detail: body }]);
  });
});

describe('a stopped workload', () => {
  const act = (action: string) => scene.owner.post(`/v1/workloads/${scene.id}/${action}`);
  beforeEach(async () => {
    await scene.deployLive('asleep');
    await act('stop');
    await scene.eventuallyRuns({});
  });

  const ends: [string, (deployment: Deployment) => Promise<unknown>, 'failed' | 'cancelled'][] = [
    ['fails', async () => scene.behave('dud', { kind: 'fails', trouble }), 'failed'],
    ['is cancelled', ({ id }) => scene.owner.post(`/v1/deployments/${id}/cancel`), 'cancelled'],
  ];
  const trouble = { cause: 'crash_loop' as const, message: 'no', evidence: [] };

  it.each(ends)('stays stopped when the deployment that began to run it %s', async (_, end, status) => {
    scene.behave('dud', { kind: 'hangs' });
    const rolling = await scene.reaches(await scene.deploy('dud'), 'rolling');
    expect((await scene.now()).state).toBe('running');
    await end(rolling);
    const ended = await scene.reaches(rolling, status);
    expect(ended.outcome).toBe('v1 stays stopped, as it was before.');
    expect((await scene.now()).state).toBe('stopped');
    await scene.eventuallyRuns({});
  });

  it('runs its release when somebody starts it while a deployment rolls, whatever becomes of that', async () => {
    scene.behave('dud', { kind: 'hangs' });
    const rolling = await scene.reaches(await scene.deploy('dud'), 'rolling');
    await act('start');
    scene.behave('dud', { kind: 'fails', trouble });
    expect((await scene.reaches(rolling, 'failed')).outcome).toBe('v1 keeps serving.');
    await scene.eventuallyRuns({ 'v1 web': 1 });
  });

  it('is not started by a change of config', async () => {
    const { deploymentId } = await change('config', { set: { A: 'b' } });
    await live({ deploymentId });
    expect((await scene.now()).state).toBe('stopped');
    expect(await scene.runs()).toEqual({});
  });
});
