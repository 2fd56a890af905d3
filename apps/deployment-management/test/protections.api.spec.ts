import type { DryRun, WorkloadProtection } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compare } from 'bcrypt';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => (scene = await Scene.make(platform)));
afterEach(() => {
  platform.runtime.setDown(false);
  Object.assign(platform.runtime.walls, { refusal: null, leavesOpen: false });
});
afterAll(() => platform.close());

const path = () => `/v1/workloads/${scene.id}/protection`;
const change = async (body: object) => (await scene.owner.send<WorkloadProtection>('PATCH', path(), body)).body;
const protection = () => scene.owner.get<WorkloadProtection>(path());
const refusal = (body: object) => scene.owner.refusal('PATCH', path(), body);
const stated = () => scene.desired?.protection;
const dry = () =>
  scene.owner.post<DryRun>(`/v1/workloads/${scene.id}/deployments?dryRun=true`, { source: { kind: 'git' } });
const nothing = () => ({ workloadId: scene.id, logins: [], allow: [] });

describe('a protection', () => {
  it('is none at first', async () => {
    expect(await protection()).toEqual(nothing());
    await scene.deployLive('open');
    expect(stated()).toBeUndefined();
  });

  it('is stated at once without a release, and no more when it is taken away', async () => {
    await scene.deployLive('staging');
    const set = await change({
      logins: { ben: 'a password', ann: 'another one' },
      allow: ['198.51.100.7', '2001:db8::/32'],
    });
    expect(set).toEqual({ workloadId: scene.id, logins: ['ann', 'ben'], allow: ['198.51.100.7/32', '2001:db8::/32'] });
    expect(await protection()).toEqual(set);
    await eventually(() => expect(stated()).toMatchObject({ allow: set.allow }));
    const [ann, ben] = stated()?.logins?.known ?? [];
    expect([await compare('another one', ann!.passwordHash), await compare('a password', ben!.passwordHash)]).toEqual([
      true,
      true,
    ]);
    expect(ann?.passwordHash).toMatch(/^\$2b\$10\$/);
    expect(await scene.releases()).toHaveLength(1);
    expect(await change({ logins: { ann: null, ben: null }, allow: [] })).toEqual(nothing());
    await eventually(() => expect(stated()).toBeUndefined());
  });

  it('keeps what a change does not name', async () => {
    await change({ logins: { ann: 'a password' }, allow: ['192.0.2.0/24'] });
    expect(await change({ logins: { ben: 'another one' } })).toMatchObject({
      logins: ['ann', 'ben'],
      allow: ['192.0.2.0/24'],
    });
    expect(await change({ allow: [] })).toMatchObject({ logins: ['ann', 'ben'], allow: [] });
  });

  it('stays through releases and a rollback', async () => {
    await scene.deployLive('one');
    await change({ logins: { ann: 'a password' } });
    await scene.deployLive('two');
    const before = stated();
    expect(before?.logins?.known).toHaveLength(1);
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(stated()).toEqual(before);
  });

  it('is told to the auditors with names and without passwords, and to others as an event', async () => {
    await change({ logins: { ann: 'a password' }, allow: ['192.0.2.1'] });
    const entries = await platform.query<{ detail: object }>(
      `select detail from audit_entry where action = 'workloads:protect' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );
    expect(entries).toMatchObject([{ detail: { set: ['ann'] } }]);
    expect(JSON.stringify(entries)).toContain('192.0.2.1/32');
    expect(JSON.stringify(entries)).not.toMatch(/a password|\$2b\$/);
    expect(await platform.eventTypes(scene.id)).toContain('workload.updated');
  });

  it('is read by whoever sees the workload, and changed by whoever develops it', async () => {
    const [viewer, developer] = [await scene.member('viewer'), await scene.member('developer')];
    expect(await viewer.get(path())).toEqual(nothing());
    expect(await viewer.refusal('PATCH', path(), { allow: ['192.0.2.1'] })).toMatchObject({ status: 403 });
    expect((await developer.send('PATCH', path(), { allow: ['192.0.2.1'] })).status).toBe(200);
  });
});

describe('a protection is refused', () => {
  it.each([
    [{}, '/'],
    [{ allow: ['192.0.2.1', 'example.com'] }, '/allow/1'],
    [{ allow: ['192.0.2.0/33'] }, '/allow/0'],
    [{ allow: ['2001:db8::/129'] }, '/allow/0'],
    [{ allow: ['192.0.2.1-192.0.2.9'] }, '/allow/0'],
    [{ logins: { ann: 'short' } }, '/logins/ann'],
    [{ logins: { ann: 'x'.repeat(73) } }, '/logins/ann'],
    [{ logins: { ann: 'ä'.repeat(40) } }, '/logins/ann'],
    [{ logins: { ann: 'new\nlines' } }, '/logins/ann'],
    [{ logins: { 'a:b': 'a password' } }, '/logins/a:b'],
    [{ networks: [] }, '/'],
  ])('where %j is not one', async (body, pointer) => {
    const { status, code, pointers } = await refusal(body);
    expect({ status, code, pointers: [...new Set(pointers)] }).toEqual({
      ...{ status: 422, code: 'validation_failed', pointers: [pointer] },
    });
    expect(await protection()).toEqual(nothing());
  });

  it('when a name is taken away that nobody has', async () => {
    expect(await refusal({ logins: { ann: null }, allow: ['192.0.2.1'] })).toEqual({
      ...{ status: 422, code: 'login_unknown', pointers: ['/logins/ann'] },
    });
    expect(await protection()).toEqual(nothing());
  });

  it('when it has more names than one can know', async () => {
    const logins = (from: number) =>
      Object.fromEntries(Array.from({ length: 11 }, (_, number) => [`u${from + number}`, 'a password']));
    expect((await change({ logins: logins(0) })).logins).toHaveLength(11);
    expect(await refusal({ logins: logins(11) })).toMatchObject({ status: 422, code: 'too_many_logins' });
    expect((await protection()).logins).toHaveLength(11);
  });

  it('where nobody can be kept out, and it can be taken away there all the same', async () => {
    await change({ allow: ['192.0.2.1'] });
    platform.runtime.walls.refusal = 'its gateway lets everybody in.';
    expect(await refusal({ allow: ['192.0.2.2'] })).toMatchObject({ status: 422, code: 'protection_not_supported' });
    expect((await protection()).allow).toEqual(['192.0.2.1/32']);
    expect(await change({ allow: [] })).toEqual(nothing());
  });

  it('while the cluster cannot be asked', async () => {
    platform.runtime.setDown(true);
    expect(await refusal({ allow: ['192.0.2.1'] })).toMatchObject({ status: 503, code: 'runtime_unavailable' });
  });
});

describe('a deployment of what is protected', () => {
  it('goes live when its route asks for a password', async () => {
    await change({ logins: { ann: 'a password' } });
    await scene.deployLive('closed');
    expect(stated()?.logins?.known).toHaveLength(1);
  });

  it('is not live while its route lets everybody in', async () => {
    await scene.owner.send('PATCH', `/v1/workloads/${scene.id}`, { deadlines: { verifying: 2 } }, { 'if-match': '*' });
    await change({ logins: { ann: 'a password' } });
    platform.runtime.walls.leavesOpen = true;
    const { failure } = await scene.reaches(await scene.deploy('open'), 'failed');
    expect(failure?.cause).toBe('timeout');
    expect(JSON.stringify(failure)).toContain('ask for a password');
  });

  it('is refused, with nothing touched, where nobody can be kept out, which its dry run says', async () => {
    await change({ logins: { ann: 'a password' } });
    expect(await dry()).toMatchObject({ failure: null, notes: [] });
    platform.runtime.walls.refusal = 'its gateway lets everybody in.';
    const foreseen = (await dry()).failure;
    const { failure } = await scene.reaches(await scene.deploy('nowhere'), 'failed');
    expect(failure).toMatchObject({ cause: 'config_invalid', evidence: ['No instance was touched.'] });
    expect(foreseen).toEqual(failure);
    expect(scene.desired).toBeUndefined();
  });

  it('is known by its dry run, and by that of a patch, to be unknown while its cluster does not answer', async () => {
    await scene.deployLive('one');
    await change({ allow: ['192.0.2.1'] });
    platform.runtime.setDown(true);
    expect(await dry()).toMatchObject({ failure: null, notes: [expect.stringContaining('was not found out')] });
    platform.runtime.setDown(false);
    platform.runtime.walls.refusal = 'its gateway lets everybody in.';
    const patch = await scene.owner.put<DryRun>(`/v1/workloads/${scene.id}/patches/web?dryRun=true`, {
      spec: { terminationGracePeriodSeconds: 60 },
    });
    expect(patch.failure?.message).toContain('lets everybody in');
    await change({ allow: [] });
    expect((await dry()).failure).toBeNull();
  });
});
