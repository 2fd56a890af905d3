import type { App, Cluster, Placement, Volume, Workload } from '@berth/contracts/deployment';
import type { Allocation } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CLUSTERS } from '../src/clusters/cluster-queue.js';
import { ClusterReports } from '../src/clusters/cluster-reports.js';
import { ENVIRONMENTS } from '../src/environments/environment-queue.js';
import { RuntimeConfirmations } from '../src/runtime/runtime-confirmations.js';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { digestOf } from './fixtures/build-service.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, runningIn, type TestCluster } from './fixtures/second-cluster.js';
import type { Environment, Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
let administrator: Client;
let scene: Scene;
let lost: TestCluster;
let berlin: TestCluster;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
  administrator = platform.client(await platform.identity.token({ administrator: true, expiresIn: 3_600 }));
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  lost = await clusters.register(`lost-${++number}`, `r${number}`);
  berlin = await clusters.register(`berlin-${number}`, `r${number}`);
});
afterAll(() => platform.close());

const image = { source: { kind: 'image', image: `registry.example/shop@sha256:${'a1'.padEnd(64, '0')}` } };
const path = () => `/v1/clusters/${lost.id}?force=true`;
const give = () => administrator.delete(path());
const refusal = () => administrator.refusal('DELETE', path());
const move = (what: string, to: TestCluster) =>
  scene.owner.post(`/v1/${what}/move`, { cluster: to.name, drainSeconds: 0 });
/** The environment and what is live in it stand on the cluster that will go. */
const stand = async (name: string) => {
  await scene.deployLive(name);
  await move(`environments/${scene.environment.id}`, lost);
  await eventuallyPlaced({ [lost.name]: 'active' });
};
const eventuallyPlaced = (expected: Record<string, Placement['state']>) =>
  eventually(async () => {
    await clusters.lookAnew(WORKLOADS, [scene.id]);
    await clusters.lookAnew(ENVIRONMENTS, [scene.environment.id]);
    expect(await placementsOf(scene)).toEqual(expected);
  }, patient);
const eventuallyStranded = () =>
  eventually(async () => expect((await scene.now()).conditions).toMatchObject([{ reason: 'ClusterRemoved' }]), patient);
const allocations = async (): Promise<Allocation[]> =>
  (await platform.events(scene.id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation);
const told = async () =>
  (await allocations()).map(({ entries }) => entries.map((each) => `${each.cluster} ${each.instances}`).join());
const spaces = async () =>
  platform.query('select from space where environment_id = $1 and cluster_id = $2', [scene.environment.id, lost.id]);

describe('a cluster is given up', () => {
  it('only by administrators, and only when it does not answer', async () => {
    await stand('there');
    expect(await scene.owner.refusal('DELETE', path())).toMatchObject({ status: 403 });
    expect(await refusal()).toMatchObject({ status: 409, code: 'cluster_answers' });
    await clusters.goes(lost);
    // Back this moment, before anybody else has looked.
    lost.world.setDown(false);
    expect(await refusal()).toMatchObject({ status: 409, code: 'cluster_answers' });
    expect(await administrator.refusal('DELETE', `/v1/clusters/${lost.id}`)).toMatchObject({ code: 'cluster_in_use' });
    expect(await administrator.refusal('DELETE', `/v1/clusters/${lost.id}?force=perhaps`)).toMatchObject({
      ...{ status: 422, pointers: ['?force'] },
    });
    expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' });
  });

  it('not while it refuses the platform: what runs there goes on', async () => {
    await stand('refused');
    await clusters.refuses(lost);
    expect(await refusal()).toMatchObject({ status: 409, code: 'cluster_answers' });
    await clusters.isSilent(lost);
    // An answer this moment, before anybody else has looked.
    clusters.refusesNow(lost);
    expect(await refusal()).toMatchObject({ status: 409, code: 'cluster_answers' });
    expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' });
  });

  it.each([
    ['it is found to answer', `conditions = '[]'`],
    ['it is given other credentials', 'generation = generation + 1'],
  ])('not when %s meanwhile', async (_, change) => {
    await clusters.goes(lost);
    let asked: ReturnType<typeof refusal> | undefined;
    await platform.service.database.transaction(async (tx) => {
      // Another look would find it gone once more, and rightly.
      await platform.service.app.get(WorkQueue, { strict: false }).remove(tx, CLUSTERS, lost.id);
      await tx.query(`update cluster set ${change} where id = $1`, [lost.id]);
      asked = refusal();
      await eventually(async () => {
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
          and query = 'select 1 from cluster where id = $1 for update'`;
        expect(await platform.query(waiting)).toHaveLength(1);
      }, patient);
    });
    expect(await asked).toMatchObject({ status: 409, code: 'cluster_answers' });
    expect(await platform.query('select from cluster where id = $1 and removed_at is null', [lost.id])).toHaveLength(1);
  });

  it('after which a look that began before says nothing of it any more', async () => {
    await clusters.goes(lost);
    await give();
    const reachable = {
      type: 'Reachable',
      status: 'true',
      reason: 'Answers',
      message: 'It answers',
      since: '',
    } as const;
    const found = { failedLooks: 0, conditions: [reachable], isChanged: true, news: 'recovered' } as const;
    const { app, database } = platform.service;
    await database.transaction((tx) => app.get(ClusterReports).write(tx, lost.id, found, ''));
    const [row] = await platform.query("select conditions->0->>'reason' as reason from cluster where id = $1", [
      lost.id,
    ]);
    expect(row).toEqual({ reason: 'DoesNotAnswer' });
    expect(await platform.eventTypes(lost.id)).not.toContain('cluster.recovered');
  });

  it('which ends the usage there when it was last certain, and leaves what stood there to be moved', async () => {
    await stand('stranded');
    await clusters.goes(lost);
    // The stream of changes of a real one breaks when it goes; that of this one stays, and would confirm what was seen.
    const confirmed = jest
      .spyOn(platform.service.app.get(RuntimeConfirmations), 'confirm')
      .mockResolvedValue(undefined);
    const foundGone = Date.now();
    await give();
    await eventuallyStranded();
    confirmed.mockRestore();
    expect(await administrator.refusal('GET', `/v1/clusters/${lost.id}`)).toMatchObject({ status: 404 });
    expect(await told()).toEqual(['local 1', `${lost.name} 1`, '']);
    const [, began, ended] = (await allocations()).map(({ effectiveAt }) => Date.parse(effectiveAt));
    expect(ended).toBeGreaterThanOrEqual(began ?? NaN);
    // However late that is told: metering lists what is told more than two minutes late.
    expect(ended).toBeLessThanOrEqual(foundGone);
    const deploy = { source: { kind: 'git' } };
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/deployments`, deploy)).toMatchObject({
      ...{ status: 409, code: 'cluster_removed' },
    });
    await move(`environments/${scene.environment.id}`, berlin);
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(await runningIn(berlin.world, scene)).toBe(1);
    expect(await told()).toEqual(['local 1', `${lost.name} 1`, '', `${berlin.name} 1`]);
    await eventually(async () => expect(await spaces()).toEqual([]), patient);
    const [act] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where target->>'id' = $1 and detail ? 'forced' order by sequence`,
      [lost.id],
    );
    const detail = { removed: true, forced: true, name: lost.name, workloads: 1, environments: 1 };
    expect(act).toEqual({ detail });
  });

  it('and what stood there keeps its place in the quota until it is deleted', async () => {
    await stand('reserved');
    const quota = { cpuMillicores: 250 };
    await platform.identity.organization({ id: scene.organizationId, quota });
    await clusters.goes(lost);
    await give();
    await eventuallyStranded();
    const staging = { projectId: scene.project.id, slug: 'staging', kind: 'staging' };
    const { id: environmentId } = await scene.owner.post<Environment>('/v1/environments', staging);
    const other = await scene.owner.post<Workload>('/v1/workloads', { appId: scene.app.id, environmentId });
    const source = { kind: 'promote', workloadId: scene.id, number: 1 };
    const promoted = () => scene.owner.post<{ id: string }>(`/v1/workloads/${other.id}/deployments`, { source });
    const refused = await scene.reaches(await promoted(), 'failed');
    expect(refused.failure).toMatchObject({ cause: 'quota_exceeded' });
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    const { id: appId } = await scene.owner.post<App>('/v1/apps', {
      ...image,
      projectId: scene.project.id,
      slug: 'new',
    });
    const next = await scene.owner.post<Workload>('/v1/workloads', { appId, environmentId });
    const path = `/v1/workloads/${next.id}/deployments`;
    await scene.reaches(await scene.owner.post<{ id: string }>(path, image), 'live');
  });

  it('which ends what was on its way out there, or in', async () => {
    await stand('leaves');
    await clusters.goes(lost);
    await move(`environments/${scene.environment.id}`, berlin);
    await eventuallyPlaced({ [lost.name]: 'draining', [berlin.name]: 'active' });
    await give();
    await eventuallyPlaced({ [berlin.name]: 'active' });
    await eventually(async () => expect(await spaces()).toEqual([]), patient);
  });

  it('which keeps what was on its way there where it stands', async () => {
    await scene.deployLive('turns');
    lost.world.behave(digestOf('turns'), { kind: 'hangs' });
    await move(`workloads/${scene.id}`, lost);
    await clusters.goes(lost);
    await give();
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(Object.values(await placementsOf(scene)).sort()).toEqual(['active', 'failed']);
    }, patient);
    expect((await scene.now()).cluster).toBe('local');
    expect(await told()).toEqual(['local 1']);
  });

  it('which ends the deletion of what could not be taken away there', async () => {
    await stand('deleted');
    await clusters.goes(lost);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await scene.owner.delete(`/v1/environments/${scene.environment.id}`);
    await give();
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await platform.eventTypes(scene.id)).toContain('workload.deleted');
    }, patient);
    expect((await told()).at(-1)).toBe('');
    await eventually(async () => expect(await spaces()).toEqual([]), patient);
  });

  it('and what may leave by itself does so at once', async () => {
    await stand('follows');
    const regions = `update environment set regions = $2 where id = $1`;
    await platform.query(regions, [scene.environment.id, [`r${number}`]]);
    await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 86_400 });
    await clusters.goes(lost);
    await clusters.timePasses();
    await give();
    await eventuallyPlaced({ [berlin.name]: 'active' });
    expect(await runningIn(berlin.world, scene)).toBe(1);
  });

  it('with the volumes there, which have to be deleted before their workload moves', async () => {
    await stand('keeps');
    const body = { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 };
    const { id } = await scene.owner.post<Volume>('/v1/volumes', body);
    const volume = () => scene.owner.get<Volume>(`/v1/volumes/${id}`);
    await eventually(async () => expect((await volume()).state).toBe('ready'), patient);
    await clusters.goes(lost);
    await give();
    await eventually(async () => expect((await volume()).provisionedBytes).toBe(0), patient);
    const refused = { cluster: berlin.name, drainSeconds: 0 };
    expect(await scene.owner.refusal('POST', `/v1/workloads/${scene.id}/move`, refused)).toMatchObject({
      ...{ status: 422, code: 'cluster_does_not_fit' },
    });
    await scene.owner.delete(`/v1/volumes/${id}`);
    await eventually(
      async () => expect(await scene.owner.refusal('GET', `/v1/volumes/${id}`)).toMatchObject({ status: 404 }),
      patient,
    );
    await move(`workloads/${scene.id}`, berlin);
    await eventuallyPlaced({ [berlin.name]: 'active' });
  });

  it('and is not taken for another one that gets its name', async () => {
    await stand('named');
    await clusters.goes(lost);
    await give();
    const again = await clusters.register(lost.name, `r${number}`);
    const environment = () => scene.owner.get<Environment>(`/v1/environments/${scene.environment.id}`);
    expect((await environment()).cluster).toMatch(new RegExp(`^${lost.name}-gone-[0-9a-f]{12}$`));
    await move(`environments/${scene.environment.id}`, again);
    expect((await environment()).cluster).toBe(lost.name);
    await eventuallyPlaced({ [lost.name]: 'active' });
    expect(await runningIn(again.world, scene)).toBe(1);
    const { items } = await administrator.get<Page<Cluster>>(`/v1/clusters?name=${lost.name}`);
    expect(items.map(({ id }) => id)).toEqual([again.id]);
  });
});
