import type { Config, ConfigChange, SecretList } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(() => platform.close());

const setConfig = (body: object) => scene.owner.patch<ConfigChange>(`/v1/config/${scene.id}`, body);
const setSecrets = (body: object) => scene.owner.patch<ConfigChange>(`/v1/secrets/${scene.id}`, body);
const config = () => scene.owner.get<Config>(`/v1/config/${scene.id}`);
const secrets = async () =>
  (await scene.owner.get<SecretList>(`/v1/secrets/${scene.id}`)).items.map(({ name, version }) => ({ name, version }));

describe('config', () => {
  it('is a numbered version for each change, and no deployment while nothing was deployed', async () => {
    expect(await config()).toMatchObject({ version: 0, variables: {}, createdAt: null });
    expect(await setConfig({ set: { A: '1', B: '2' } })).toEqual({ version: 1, deploymentId: null });
    expect(await setConfig({ set: { B: '3' }, unset: ['A'] })).toEqual({ version: 2, deploymentId: null });
    expect(await config()).toMatchObject({ version: 2, variables: { B: '3' } });
    const live = await scene.deployLive('with-config');
    expect(live.release).toBe(1);
    expect((await scene.releases())[0]).toMatchObject({ number: 1, configVersion: 2 });
    expect(scene.desired?.environment).toEqual({ B: '3' });
  });

  it('changed while something is live is a release of its own, which the app then sees', async () => {
    await scene.deployLive('live');
    const { deploymentId } = await setConfig({ set: { GREETING: 'hello' } });
    const live = await scene.reaches({ id: deploymentId! }, 'live');
    expect(live).toMatchObject({ release: 2, source: { kind: 'config' }, buildId: null });
    expect((await scene.releases())[0]).toMatchObject({ number: 2, reason: 'config', configVersion: 1 });
    expect(scene.desired?.environment).toEqual({ GREETING: 'hello' });
    const [after, before] = await scene.releases();
    expect(after?.artifact).toEqual(before?.artifact);
    expect(after?.hash).not.toBe(before?.hash);
  });

  it('changed by many at once loses nothing', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `NAME_${index}`);
    const changes = await Promise.all(names.map((name) => setConfig({ set: { [name]: name } })));
    expect(changes.map((each) => each.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Object.keys((await config()).variables).sort()).toEqual(names);
  });

  it('of a stopped workload changes and leaves it stopped', async () => {
    await scene.deployLive('asleep');
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await scene.eventuallyRuns({});
    const { deploymentId } = await setConfig({ set: { A: 'b' } });
    await scene.reaches({ id: deploymentId! }, 'live');
    expect(await scene.now()).toMatchObject({ state: 'stopped', currentRelease: 2 });
    expect(await scene.runs()).toEqual({});
  });

  it('refuses names and values that no process can be given, and stores nothing of the rest', async () => {
    const bad: [object, string[]][] = [
      [{ set: { PORT: '1' } }, ['/set/PORT']],
      [{ set: { BERTH_X: '1' } }, ['/set/BERTH_X']],
      [{ set: { '1A': '1', OK: 'x' } }, ['/set/1A']],
      [{ set: { A: 'a\0b' } }, ['/set/A']],
      [{ set: { A: '\ud800' } }, ['/set/A']],
      [{ set: { A: 'x'.repeat(65_537) } }, ['/set/A']],
      [{ set: { A: 1 } }, ['/set/A']],
      [{ unset: ['A B'] }, ['/unset/0']],
      [{}, ['/']],
      [{ set: { A: 'b' }, scope: 'project' }, ['/']],
    ];
    for (const [body, pointers] of bad) {
      for (const segment of ['config', 'secrets']) {
        const refusal = await scene.owner.refusal('PATCH', `/v1/${segment}/${scene.id}`, body);
        expect(refusal).toEqual({ status: 422, code: 'validation_failed', pointers });
      }
    }
    const huge = JSON.stringify({ set: { A: 'x'.repeat(1_100_000) } });
    expect((await scene.owner.refusal('PATCH', `/v1/config/${scene.id}`, huge)).status).toBe(413);
    expect(await config()).toMatchObject({ version: 0 });
  });

  it('is audited by name, never by value', async () => {
    await setConfig({ set: { A: 'plain-value-of-a' }, unset: ['B'] });
    const [entry] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'config:update' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    expect(entry?.detail).toEqual({
      ...{ version: 1, names: ['A'], removed: ['B'] },
      before: { version: 0, names: [] },
      after: { version: 1, names: ['A'] },
    });
  });
});

describe('secrets', () => {
  it('are listed by name and version, and reach the app alone', async () => {
    await setSecrets({ set: { TOKEN: 'first', KEY: 'k' } });
    await setSecrets({ set: { TOKEN: 'second' } });
    expect(await secrets()).toEqual([
      { name: 'KEY', version: 1 },
      { name: 'TOKEN', version: 2 },
    ]);
    expect((await config()).variables).toEqual({});
    await scene.deployLive('secretive');
    expect(scene.desired?.environment).toEqual({ TOKEN: 'second', KEY: 'k' });
    await setSecrets({ unset: ['KEY'] });
    expect(await secrets()).toEqual([{ name: 'TOKEN', version: 2 }]);
  });

  it('of the same value are still another version, and another release', async () => {
    await setSecrets({ set: { TOKEN: 'same' } });
    await scene.deployLive('pinned');
    const { deploymentId } = await setSecrets({ set: { TOKEN: 'same' } });
    await scene.reaches({ id: deploymentId! }, 'live');
    const [after, before] = await scene.releases();
    expect(after?.configHash).not.toBe(before?.configHash);
  });

  it('that cannot be opened any more fail the deployment before an instance is touched', async () => {
    await setSecrets({ set: { TOKEN: 'value' } });
    await scene.deployLive('sealed');
    await eventually(() => expect(scene.desired).not.toHaveProperty('onTrial'));
    await platform.query('update secret_version set sealed = set_byte(sealed, 80, 1) where workload_id = $1', [
      scene.id,
    ]);
    const told = scene.toldStates;
    const { generation } = await scene.now();
    const deployment = await scene.reaches(await scene.deploy('sealed-two'), 'failed');
    expect(deployment.failure).toMatchObject({ cause: 'config_invalid' });
    expect(deployment.timeline.map((each) => each.to)).not.toContain('rolling');
    expect(scene.toldStates).toEqual(told);
    expect((await scene.now()).generation).toBe(generation);
    expect(await scene.runs()).toEqual({ 'v1 web': 1 });
  });
});
