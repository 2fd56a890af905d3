import { randomUUID } from 'node:crypto';
import { Access } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type {
  App,
  Config,
  Delegation,
  Deployment,
  PlaceLabels,
  SecretList,
  WorkloadProtection,
} from '@berth/contracts/deployment';
import { sessionRevoked } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DECLARATIONS, keyOfPlace, type Place } from '../src/declarations/declaration.js';
import { DeclarationsRepository } from '../src/declarations/declarations.repository.js';
import { DeclaredObjects } from '../src/declarations/declared-objects.js';
import { callerOf, type DelegationRow } from '../src/delegations/delegation.js';
import { DeclaredWorld } from './fixtures/declared-world.js';
import { Declaring, fine, image, patient } from './fixtures/declaring.js';
import { Platform } from './fixtures/platform.js';
import type { Scene } from './fixtures/scene.js';

const world = new DeclaredWorld();
let platform: Platform;
let declaring: Declaring;
let scene: Scene;
let machineId: string;
let sessionId: string;
let delegations: string;
let cluster: { id: string; name: string };
let place: Declaring['place'];
beforeAll(async () => {
  platform = await Platform.start({ overrides: [[DeclaredObjects, world]] });
});
afterAll(() => platform.close());
beforeEach(async () => {
  declaring = await Declaring.make(platform, world);
  ({ scene, cluster, delegations, machineId, sessionId, place } = declaring);
});

const machine = () => declaring.machine();
const look = (at: Place) => declaring.look(at);
const apply = (...stated: Parameters<Declaring['apply']>) => declaring.apply(...stated);
const isSaid = (at: Place, ...conditions: string[]) => declaring.isSaid(at, ...conditions);
const row = (at: Place) => declaring.row(at);
const untilQuiet = () => declaring.untilQuiet();
const outdatedHere = async (): Promise<string[]> => {
  const declarations = platform.service.app.get(DeclarationsRepository, { strict: false });
  return (await declarations.outdated(new Date())).filter((key) => key.startsWith(cluster.id));
};
const apps = async () => (await scene.owner.get<Page<App>>(`/v1/apps?project=${scene.project.id}`)).items;
const upload = { source: { kind: 'upload' } };
const sized = (memoryMib: number) => ({ sizes: { web: { memoryMib } } });
const variables = async () => (await scene.owner.get<Config>(`/v1/config/${scene.id}`)).variables;
const configured = (body: object) => scene.owner.patch(`/v1/config/${scene.id}`, body);
const setting = (set: object) => ({ config: { set } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const visitors = async () => (await scene.owner.get<WorkloadProtection>(`/v1/workloads/${scene.id}/protection`)).allow;
const protect = (body: object) => scene.owner.patch(`/v1/workloads/${scene.id}/protection`, body);
const allowing = (...allow: string[]) => ({ protection: { allow } });
const deployments = (id: string) => scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${id}`);

describe('an object that is declared', () => {
  it('is made once, and nothing is written when it is looked at again', async () => {
    const api = place('app', 'api');
    await apply(api, upload);
    await isSaid(api, ...fine, 'Ready True Exists');
    await untilQuiet();
    const before = [world.writes, await row(api), await apps()];
    await look(api);
    await untilQuiet();
    expect([world.writes, await row(api), await apps()]).toEqual(before);
  });

  it('deploys once, also when what was done could not be written down any more', async () => {
    const web = place('workload', 'web');
    const spec = { app: 'web', environment: 'production', source: { kind: 'image', image: image('a1') } };
    await apply(web, spec);
    await isSaid(web, ...fine, 'Ready True AllReady');
    await untilQuiet();
    await platform.query('delete from declaration where key = $1', [keyOfPlace(web)]);
    await look(web);
    await eventually(async () => expect(await row(web)).toMatchObject({ targetId: scene.id }), patient);
    await untilQuiet();
    expect(world.said(web)).toEqual(expect.arrayContaining(fine));
    expect((await deployments(scene.id)).items).toHaveLength(1);
  });

  it('has the labels that it states, from its beginning on, and leaves those of others alone', async () => {
    const api = place('app', 'api');
    const declare = async (labels: object) => {
      await apply(api, { ...upload, labels });
      await isSaid(api, ...fine);
    };
    await declare({ set: { team: 'shop' } });
    const path = `/v1/apps/${world.status(api)?.id}/labels`;
    const labels = async () => (await scene.owner.get<PlaceLabels>(path)).labels;
    expect(await labels()).toEqual({ team: 'shop' });
    await scene.owner.patch(path, { cost: 'c1' });
    await declare({ set: { team: 'blog' } });
    expect(await labels()).toEqual({ cost: 'c1', team: 'blog' });
    await declare({ unset: ['team'], set: { stage: 'early' } });
    expect(await labels()).toEqual({ cost: 'c1', stage: 'early' });
    await declare({});
    expect(await labels()).toEqual({ cost: 'c1', stage: 'early' });
  });

  it('is told of labels that somebody else has set otherwise, and may insist', async () => {
    await platform.identity.member(scene.organizationId, 'admin', { subjectId: machineId });
    const stage = place('environment', 'stage');
    const declare = (cost: string, annotations = {}) =>
      apply(stage, { kind: 'staging', labels: { set: { team: 'shop', cost } } }, annotations);
    await declare('c1');
    await isSaid(stage, ...fine);
    const path = `/v1/environments/${world.status(stage)?.id}/labels`;
    const labels = async () => (await scene.owner.get<PlaceLabels>(path)).labels;
    expect(await labels()).toEqual({ team: 'shop', cost: 'c1' });
    await scene.owner.patch(path, { team: 'blog' });
    await declare('c2');
    await isSaid(stage, 'Accepted True Applied', 'Conflict True ChangedElsewhere');
    expect(await labels()).toEqual({ team: 'blog', cost: 'c2' });
    await declare('c2', { 'berth.dev/overwrite': world.status(stage)?.version });
    await isSaid(stage, ...fine);
    expect(await labels()).toEqual({ team: 'shop', cost: 'c2' });
  });

  it('tells of a change through the API that does not contradict it', async () => {
    const api = place('app', 'api');
    await apply(api, upload);
    await isSaid(api, ...fine);
    const { id = '' } = world.status(api) ?? {};
    await scene.owner.send('PATCH', `/v1/apps/${id}`, { build: { rootFolder: 'x' } }, { 'if-match': '*' });
    await eventually(() => expect(world.status(api)?.generation).toBe(2), patient);
    expect(world.said(api)).toEqual(expect.arrayContaining(fine));
  });

  it('waits for a cluster that is away, and is remembered meanwhile', async () => {
    const api = place('app', 'api');
    await apply(api, upload);
    await isSaid(api, ...fine);
    world.isDown = true;
    await apply(api, { ...upload, build: { rootFolder: 'x' } });
    await untilQuiet();
    expect(await row(api)).toMatchObject({ targetId: world.status(api)?.id });
    world.isDown = false;
    await look(api);
    await isSaid(api, ...fine);
    expect((await apps()).find(({ slug }) => slug === 'api')?.build.rootFolder).toBe('x');
  });

  it('is not what its definition would have refused', async () => {
    const api = place('app', 'api');
    await apply(api, { source: { kind: 'git' }, secret: 'x' });
    await isSaid(api, 'Accepted False Invalid');
    expect((await apps()).map(({ slug }) => slug)).toEqual(['web']);
  });
});

describe('a workload that is declared', () => {
  const stated = (more: object) => ({ app: 'web', environment: 'production', ...more });
  const runs = (mark: string) => ({ source: { kind: 'image', image: image(mark) } }) as const;
  /** Requests and passes that wait for the workload to be let go. */
  const waiting = (count: number) =>
    eventually(async () => {
      const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query = 'select 1 from workload where id = $1 for update'`;
      expect((await platform.query(sql)).length).toBeGreaterThanOrEqual(count);
    }, patient);

  it.each([
    // All wait for builds: nothing but a deployment is new.
    ['what runs', { source: { kind: 'git', ref: 'a' } }, () => scene.request({ kind: 'git', ref: 'b' })],
    ['sizes', sized(256), () => scene.scale(sized(512))],
    ['counts', { counts: { web: 2 } }, () => scene.scale({ counts: { web: 3 } })],
    ['a variable', setting({ A: '1' }), () => configured({ set: { A: '2' } })],
    ['a variable that is taken away', setting({ A: '1' }), () => configured({ unset: ['A'] })],
    ['a file', setting({ './a': base64('1') }), () => configured({ set: { './a': base64('2') } })],
    ['visitors', allowing('192.0.2.1'), () => protect({ allow: ['192.0.2.2'] })],
    ['visitors that are let in again', allowing('192.0.2.1'), () => protect({ allow: [] })],
  ])('is changed over somebody else only once by who has seen that: %s', async (_, part, byOthers) => {
    const web = place('workload', 'web');
    await apply(web, stated(part));
    await isSaid(web, ...fine);
    await byOthers();
    await isSaid(web, 'Conflict True ChangedElsewhere');
    const { version = '' } = world.status(web) ?? {};
    await apply(web, stated(part), { 'berth.dev/overwrite': version });
    await isSaid(web, ...fine);
    await byOthers();
    await isSaid(web, 'Conflict True ChangedElsewhere');
    expect(world.status(web)?.version).not.toBe(version);
  });

  it('says which part of what it overwrites was refused, and has the rest', async () => {
    const web = place('workload', 'web');
    await apply(web, stated({ ...runs('a1'), counts: { web: 1 }, trackedRef: 'a' }));
    await isSaid(web, ...fine, 'Ready True AllReady');
    await scene.scale({ counts: { web: 2 } });
    await scene.owner.patch(`/v1/workloads/${scene.id}`, { trackedRef: 'b' }, { 'if-match': '*' });
    await isSaid(web, 'Conflict True ChangedElsewhere');
    await scene.comesToRest();
    await untilQuiet();
    const { version = '' } = world.status(web) ?? {};
    const asked = { ...runs('a1'), counts: { web: 50 }, trackedRef: 'c' };
    await platform.identity.organization({ id: scene.organizationId, quota: { cpuMillicores: 1_000 } });
    await apply(web, stated(asked), { 'berth.dev/overwrite': version });
    await isSaid(web, 'Accepted False QuotaExceeded');
    const message = world.status(web)?.conditions?.find(({ type }) => type === 'Accepted')?.message;
    expect(message).toMatch(/^Not in force: spec\.counts\.web: /);
    expect(message).not.toContain('spec.trackedRef');
    expect(await scene.now()).toMatchObject({ trackedRef: 'c', counts: { web: 2 } });
  });

  const scaled = (body: object) => () => scene.scale(body);
  const tracked = (trackedRef: string) => () =>
    scene.owner.patch(`/v1/workloads/${scene.id}`, { trackedRef }, { 'if-match': '*' });

  it.each<[string, object, object, () => Promise<unknown>, object]>([
    ['counts', { counts: { web: 2 } }, { counts: { web: 4 } }, scaled({ counts: { web: 3 } }), { counts: { web: 3 } }],
    ['sizes', sized(256), sized(1_024), scaled(sized(512)), { processSettings: sized(512).sizes }],
    ['its ref', { trackedRef: 'a' }, { trackedRef: 'c' }, tracked('b'), { trackedRef: 'b' }],
    ['what runs', {}, runs('c3'), () => scene.request(runs('b2').source), runs('b2')],
    [
      ...(['a variable', setting({ A: '1' }), setting({ A: '3' })] as const),
      ...([() => configured({ set: { A: '2' } }), { variables: { A: '2' } }] as const),
    ],
    [
      ...(['visitors', allowing('192.0.2.1'), allowing('192.0.2.3')] as const),
      ...([() => protect({ allow: ['192.0.2.2'] }), { allow: ['192.0.2.2/32'] }] as const),
    ],
  ])('keeps what others change between a look and its change: %s', async (_, before, after, byOthers, theirs) => {
    const web = place('workload', 'web');
    await apply(web, stated({ ...runs('a1'), ...before }));
    await isSaid(web, ...fine, 'Ready True AllReady');
    await scene.comesToRest();
    await untilQuiet();
    let change: Promise<unknown> | undefined;
    await platform.service.database.transaction(async (tx) => {
      await tx.query('select from workload where id = $1 for update', [scene.id]);
      change = byOthers();
      await waiting(1);
      await apply(web, stated({ ...runs('a1'), ...after }));
      await waiting(2);
    });
    await change;
    await isSaid(web, 'Conflict True ChangedElsewhere', 'Accepted True Applied');
    const made = (await deployments(scene.id)).items.find(({ source }) => source.kind === 'image');
    const now = { ...(await scene.now()), source: made?.source, variables: await variables(), allow: await visitors() };
    expect(now).toMatchObject(theirs);
  });
});

describe('variables that are declared', () => {
  const stated = (config: object, more: object = {}) => ({ app: 'web', environment: 'production', config, ...more });
  let web: Place;
  beforeEach(() => {
    web = place('workload', 'web');
  });

  it('are those of the release that is declared with them, and are released when they change', async () => {
    const source = { kind: 'image', image: image('a1') };
    await apply(web, stated({ set: { A: '1', B: '2' } }, { source }));
    await isSaid(web, ...fine, 'Ready True AllReady');
    await scene.comesToRest();
    expect(await variables()).toEqual({ A: '1', B: '2' });
    expect((await deployments(scene.id)).items).toHaveLength(1);
    await apply(web, stated({ set: { A: '3' }, unset: ['B'] }, { source }));
    await isSaid(web, ...fine, 'Ready True AllReady');
    await scene.comesToRest();
    expect(await variables()).toEqual({ A: '3' });
    expect((await deployments(scene.id)).items.map((each) => each.source.kind)).toEqual(['config', 'image']);
  });

  it('stay when they are not named any more, and so do those that were never named', async () => {
    await configured({ set: { THEIRS: 'x' } });
    await apply(web, stated({ set: { A: '1' } }));
    await isSaid(web, ...fine);
    await apply(web, stated({}));
    await isSaid(web, ...fine);
    expect(await variables()).toEqual({ A: '1', THEIRS: 'x' });
  });

  it('are not set over somebody else, nor over a secret, and those beside them are', async () => {
    await configured({ set: { A: 'theirs', GONE: 'theirs' } });
    await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { KEY: 'canary' } });
    await apply(web, stated({ set: { A: 'mine', KEY: 'mine', B: 'mine' }, unset: ['GONE', 'NEVER'] }));
    await isSaid(web, 'Conflict True ChangedElsewhere', 'Accepted True Applied');
    const said = world.status(web)?.conditions?.find(({ type }) => type === 'Conflict')?.message;
    expect(said).toMatch(/^spec\.config\.GONE, spec\.config\.A, spec\.config\.KEY: stated otherwise by/);
    expect(await variables()).toEqual({ A: 'theirs', B: 'mine', GONE: 'theirs' });
    const secrets = await scene.owner.get<SecretList>(`/v1/secrets/${scene.id}`);
    expect(secrets.items).toMatchObject([{ name: 'KEY', version: 1 }]);
    const { version = '' } = world.status(web) ?? {};
    const all = stated({ set: { A: 'mine', KEY: 'mine', B: 'mine' }, unset: ['GONE', 'NEVER'] });
    await apply(web, all, { 'berth.dev/overwrite': version });
    await isSaid(web, ...fine);
    expect(await variables()).toEqual({ A: 'mine', B: 'mine', KEY: 'mine' });
  });

  it('are in no row of what was agreed upon, and in no status', async () => {
    await apply(web, stated({ set: { A: 'canary' } }));
    await isSaid(web, ...fine);
    await untilQuiet();
    expect((await row(web))?.agreed).toHaveProperty(['config.A']);
    expect(JSON.stringify([await row(web), world.status(web)])).not.toContain('canary');
  });

  it.each([{ set: { PORT: '1' } }, { set: { A: 1 } }, { unset: ['BERTH_X'] }, { secrets: { A: 'x' } }])(
    'are as the API takes them: %j',
    async (config) => {
      await apply(web, stated(config));
      await isSaid(web, 'Accepted False Invalid');
      expect(await variables()).toEqual({});
    },
  );

  it('are for those to compare who may read them', async () => {
    const all = ['apps:read', 'environments:read', 'workloads:read', 'workloads:scale', 'config:update'];
    const speaksWith = (scopes: readonly string[]) =>
      platform.query('update delegation set scopes = $2 where project_id = $1', [scene.project.id, scopes]);
    await speaksWith(all);
    await apply(web, stated({ set: { A: '1' } }));
    await isSaid(web, 'Accepted False Forbidden');
    expect(await variables()).toEqual({});
    await speaksWith([...all, 'config:read']);
    await look(web);
    await isSaid(web, ...fine);
    expect(await variables()).toEqual({ A: '1' });
  });
});

describe('a namespace', () => {
  it('says nothing more once the token is revoked that it speaks with', async () => {
    await platform.identity.revokeSession(sessionId);
    const heard = platform.client(await platform.identity.token({ subjectId: machineId, sessionId }));
    await eventually(async () => {
      const { status } = await heard.send('GET', `/v1/projects/${scene.project.id}`);
      expect(status).toBe(401);
    }, patient);
    const api = place('app', 'api');
    await apply(api, upload);
    await isSaid(api, 'Accepted False TokenRevoked');
    expect((await apps()).map(({ slug }) => slug)).toEqual(['web']);
  });

  it('says nothing more once that has ended which its token was obtained with, and is not asked any more', async () => {
    const [shop, api] = [place('app', 'shop'), place('app', 'api')];
    await apply(shop, upload);
    await isSaid(shop, ...fine);
    await platform.query('update delegation set ends_at = now() where project_id = $1', [scene.project.id]);
    await isSaid(shop, 'Accepted False TokenEnded');
    await apply(api, upload);
    await isSaid(api, 'Accepted False TokenEnded');
    await untilQuiet();
    expect(await outdatedHere()).toEqual([]);
    const waiting = `select key from work_item where queue = $1 and key like $2`;
    expect(await platform.query(waiting, [DECLARATIONS, `${cluster.id}%`])).toEqual([]);
    expect((await apps()).map(({ slug }) => slug).sort()).toEqual(['shop', 'web']);
    await (await machine()).post(delegations, { cluster: cluster.name, namespace: 'team' });
    for (const each of [shop, api]) await isSaid(each, ...fine);
  });

  it('of a cluster that does not answer keeps nobody busy, whatever has ended meanwhile', async () => {
    const shop = place('app', 'shop');
    await apply(shop, upload);
    await isSaid(shop, ...fine);
    await untilQuiet();
    world.isDown = true;
    const is = (conditions: object[]) =>
      platform.query('update cluster set conditions = $2 where id = $1', [cluster.id, JSON.stringify(conditions)]);
    await is([{ type: 'Reachable', status: 'false', reason: 'DoesNotAnswer', message: 'timed out' }]);
    await platform.query('update delegation set ends_at = now() where project_id = $1', [scene.project.id]);
    expect(await outdatedHere()).toEqual([]);
    await is([]);
    expect(await outdatedHere()).toEqual([keyOfPlace(shop)]);
    world.isDown = false;
    await look(shop);
    await isSaid(shop, 'Accepted False TokenEnded');
  });

  it('of a cluster that was removed lets go of what it has declared', async () => {
    const before = place('app', 'api');
    await apply(before, upload);
    await isSaid(before, ...fine);
    const late = await row(before);
    const { id: former } = cluster;
    const after = (await declaring.elsewhere())('app', 'api');
    await apply(after, upload);
    await isSaid(after, 'Conflict True DeclaredElsewhere');
    const administrator = platform.client(await platform.identity.token({ administrator: true }));
    await administrator.delete(`/v1/clusters/${former}`);
    await eventually(async () => expect(await row(before)).toBeUndefined(), patient);
    const declarations = platform.service.app.get(DeclarationsRepository, { strict: false });
    if (late) await platform.service.database.transaction((tx) => declarations.save(tx, before, late));
    expect(await row(before)).toBeUndefined();
    await look(after);
    await isSaid(after, ...fine);
  });

  it('stays silent when nobody remembers the token any more', async () => {
    const shop = place('app', 'shop');
    await apply(shop, upload);
    await isSaid(shop, ...fine);
    const event = {
      ...{ specversion: '1.0' as const, id: randomUUID(), source: '/berth/user-management', type: sessionRevoked.type },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, subject: sessionId },
      ...{ partitionkey: sessionId, aggregateversion: 1, epoch: 0, data: { sessionId, userId: machineId } },
    };
    const bus = platform.service.app.get<EventBus>(EVENT_BUS, { strict: false });
    await bus.publish([{ topic: 'berth.user-management', key: sessionId, event }]);
    await isSaid(shop, 'Accepted False TokenRevoked');
    await platform.query('delete from access_revoked_session');
    await platform.identity.revokeSession(randomUUID());
    const access = platform.service.app.get(Access, { strict: false });
    const caller = callerOf({ sessionId } as DelegationRow, new Date());
    await eventually(async () => expect(await access.isStillValid(caller)).toBe(true), patient);
    await apply(place('app', 'api'), upload);
    await isSaid(place('app', 'api'), 'Accepted False TokenRevoked');
    expect((await apps()).map(({ slug }) => slug).sort()).toEqual(['shop', 'web']);
  });

  it('changes nothing while the access rules could not be kept current', async () => {
    const access = platform.service.app.get(Access, { strict: false });
    await platform.identity.heartbeat(new Date(Date.now() - 3_600_000));
    await eventually(async () => expect(await access.isCurrent()).toBe(false), patient);
    const api = place('app', 'api');
    await apply(api, upload);
    await isSaid(api, 'Accepted False AccessStale');
    expect((await apps()).map(({ slug }) => slug)).toEqual(['web']);
    await platform.identity.heartbeat(new Date());
    await isSaid(api, ...fine);
  });

  it('is told why its cluster cannot be followed', async () => {
    await eventually(async () => {
      const { items } = await scene.owner.get<Page<Delegation>>(delegations);
      expect(items[0]?.conditions).toMatchObject([{ type: 'Followed', status: 'false', reason: 'CannotAsk' }]);
    }, patient);
  });
});
