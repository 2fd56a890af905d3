import { randomUUID } from 'node:crypto';
import type {
  App,
  Config,
  Delegation,
  Deployment,
  Environment,
  Project,
  Workload,
  WorkloadProtection,
} from '@berth/contracts/deployment';
import { declaredKinds, pathOf } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DeclaringCluster, fine, patient } from './declaring-cluster.js';
import { installCrds } from './installed-crds.js';

jest.setTimeout(300_000);

const { signal: never } = new AbortController();
const content = Buffer.alloc(100_000, 'conf').toString('base64');
const image = (mark: string): string => `registry.example/shop@sha256:${mark.padEnd(64, '0')}`;

let declaring: DeclaringCluster;
let cluster: DeclaringCluster['cluster'];
let service: DeclaringCluster['service'];
let identity: DeclaringCluster['identity'];
let organizationId: string;
let machineId: string;
let ownerId: string;
let project: Project;

beforeAll(async () => {
  declaring = await DeclaringCluster.start();
  ({ cluster, service, identity, organizationId, machineId, ownerId, project } = declaring);
}, 1_200_000);
afterAll(() => declaring.stop());

const send = (...request: Parameters<DeclaringCluster['send']>) => declaring.send(...request);
const ask = <Body>(...request: Parameters<DeclaringCluster['send']>) => declaring.ask<Body>(...request);
const apply = (...stated: Parameters<DeclaringCluster['apply']>) => declaring.apply(...stated);
const get = (...place: Parameters<DeclaringCluster['get']>) => declaring.get(...place);
const isSaid = (...said: Parameters<DeclaringCluster['isSaid']>) => declaring.isSaid(...said);
const conditionsOf = (...place: Parameters<DeclaringCluster['conditionsOf']>) => declaring.conditionsOf(...place);
const messageOf = (...of: Parameters<DeclaringCluster['messageOf']>) => declaring.messageOf(...of);
const delegations = () => declaring.delegations;
const followed = async () => {
  const { items } = await ask<{ items: Delegation[] }>('owner', 'GET', delegations());
  return items[0]?.conditions.map(({ status, reason, message }) => ({ status, reason, message }))[0];
};

const appsOf = async () =>
  (await ask<{ items: App[] }>('owner', 'GET', `/v1/apps?project=${project.id}`)).items.map(({ slug }) => slug).sort();
const actsOf = (id: string) =>
  service.database.query<{ action: string; kind: string; actor: string }>(
    `select action, actor->>'kind' as kind, actor->>'id' as actor from audit_entry
      where target->>'id' = $1 or detail->>'workloadId' = $1 order by sequence`,
    [id],
  );

describe('a namespace', () => {
  it('is delegated by a service account, and by nobody else', async () => {
    const body = { cluster: 'berlin', namespace: 'team' };
    expect(await send('owner', 'POST', delegations(), body)).toMatchObject({
      ...{ status: 422, body: { code: 'service_account_needed' } },
    });
    const made = await ask<Delegation>('machine', 'POST', delegations(), body);
    expect(made).toMatchObject({ ...body, projectId: project.id, subjectId: machineId });
  });

  it('says so while the cluster serves no such objects', async () => {
    await eventually(
      async () => expect(await followed()).toMatchObject({ status: 'false', reason: 'KindMissing' }),
      patient,
    );
    expect((await followed())?.message).toContain('k8s/crds/berth.dev.yaml');
  });

  it('is followed as soon as one more is delegated after they were installed', async () => {
    await installCrds(cluster.administrator);
    await ask('machine', 'POST', delegations(), { cluster: 'berlin', namespace: 'second' });
    await eventually(async () => expect(await followed()).toMatchObject({ status: 'true' }), patient);
  });
});

describe('what is declared in it', () => {
  it('is what the API would have made, in the name of the service account', async () => {
    await apply('workload', 'web', {
      ...{ projectId: project.id, app: 'web', environment: 'staging', counts: { web: 2 } },
      ...{ source: { kind: 'image', image: image('a1') }, protection: { allow: ['192.0.2.7', '2001:db8::/32'] } },
      config: { set: { GREETING: 'hello', './app/app.conf': content }, unset: ['OLD', './app/old.conf'] },
    });
    await isSaid('workload', 'web', 'Accepted False AppUnknown');
    await apply('environment', 'staging', { projectId: project.id, kind: 'staging' });
    await apply('app', 'web', { projectId: project.id, source: { kind: 'image', image: image('a0') } });
    await isSaid('app', 'web', ...fine, 'Ready True Exists');
    await isSaid('environment', 'staging', ...fine);
    await isSaid('workload', 'web', ...fine, 'Ready True AllReady');
    const { status } = (await get('workload', 'web'))!;
    const workload = await ask<Workload>('owner', 'GET', `/v1/workloads/${status?.id}`);
    expect(workload).toMatchObject({ counts: { web: 2 }, currentRelease: 1, url: status?.url });
    expect(await actsOf(workload.id)).toEqual(
      ['workloads:create', 'workloads:protect', 'workloads:scale', 'config:update', 'deployments:create'].map(
        (action) => ({ action, kind: 'service-account', actor: machineId }),
      ),
    );
    const { variables, files } = await ask<Config>('owner', 'GET', `/v1/config/${workload.id}`);
    expect([variables, files]).toEqual([{ GREETING: 'hello' }, [{ name: './app/app.conf', bytes: 100_000, content }]]);
    const { allow } = await ask<WorkloadProtection>('owner', 'GET', `/v1/workloads/${workload.id}/protection`);
    expect(allow).toEqual(['192.0.2.7/32', '2001:db8::/32']);
    const apps = await ask<{ items: App[] }>('owner', 'GET', `/v1/apps?project=${project.id}`);
    expect(apps.items).toMatchObject([{ slug: 'web', source: { kind: 'image', image: image('a0') } }]);
    const all = await ask<{ items: Environment[] }>('owner', 'GET', `/v1/environments?project=${project.id}`);
    expect(all.items).toMatchObject([{ slug: 'staging', kind: 'staging' }]);
  });

  it('is changed by a change of the object, field by field', async () => {
    const { id = '' } = (await get('workload', 'web'))?.status ?? {};
    const spec = { projectId: project.id, app: 'web', environment: 'staging' };
    const source = { kind: 'image', image: image('b2') };
    // One that is refused keeps no other from being made so.
    await apply('workload', 'web', { ...spec, source, counts: { web: 2, worker: 1 } });
    await isSaid('workload', 'web', 'Accepted False ProcessTypeUnknown');
    await apply('workload', 'web', { ...spec, source, counts: { web: 2 } });
    await isSaid('workload', 'web', ...fine);
    await eventually(async () => expect((await get('workload', 'web'))?.status?.release).toBe(2), patient);
    await isSaid('workload', 'web', 'Conflict False None', 'Ready True AllReady');
    const { items } = await ask<{ items: Deployment[] }>('owner', 'GET', `/v1/deployments?workload=${id}`);
    expect(items.map(({ source, createdBy }) => ({ source, createdBy }))).toEqual(
      ['b2', 'a1'].map((mark) => ({ source: { kind: 'image', image: image(mark) }, createdBy: machineId })),
    );
  });

  it('is not taken back from whoever changes it through the API, who is named', async () => {
    const { id = '' } = (await get('workload', 'web'))?.status ?? {};
    await ask('owner', 'POST', `/v1/workloads/${id}/scale`, { counts: { web: 3 } });
    await isSaid('workload', 'web', 'Conflict True ChangedElsewhere', 'Accepted True Applied');
    expect(await messageOf('workload', 'web', 'Conflict')).toMatch(
      new RegExp(`^spec\\.counts\\.web: stated otherwise by user ${ownerId}\\.`),
    );
    // What else it states is still heard.
    await apply('workload', 'web', {
      ...{ projectId: project.id, app: 'web', environment: 'staging', counts: { web: 2 } },
      ...{ source: { kind: 'image', image: image('b2') }, trackedRef: 'next' },
    });
    const now = () => ask<Workload>('owner', 'GET', `/v1/workloads/${id}`);
    await eventually(async () => expect((await now()).trackedRef).toBe('next'), patient);
    await isSaid('workload', 'web', 'Conflict True ChangedElsewhere');
    expect((await now()).counts).toMatchObject({ web: 3 });
  });

  it('is changed over somebody else by who names the version that they have seen, once', async () => {
    const { id = '', version = '' } = (await get('workload', 'web'))?.status ?? {};
    const spec = {
      ...{ projectId: project.id, app: 'web', environment: 'staging', counts: { web: 2 } },
      ...{ source: { kind: 'image', image: image('b2') }, trackedRef: 'next' },
    };
    const overwrite = (seen: string) => ({ annotations: { 'berth.dev/overwrite': seen } });
    await apply('workload', 'web', spec, overwrite(`${version}0`));
    await isSaid('workload', 'web', 'Conflict True ChangedElsewhere');
    await apply('workload', 'web', spec, overwrite(version));
    await isSaid('workload', 'web', ...fine);
    expect(await ask('owner', 'GET', `/v1/workloads/${id}`)).toMatchObject({ counts: { web: 2 } });
  });

  it('is refused by the cluster itself where it makes no sense', async () => {
    const source = { kind: 'upload' };
    const { id: projectId } = project;
    for (const [kind, name, spec] of [
      ['app', 'Wrong', { projectId, source }],
      ['app', 'x', { projectId, source }],
      ['app', 'right', { projectId, source: { kind: 'git' } }],
      ['app', 'right', { projectId, source: { kind: 'image', image: image('a'), url: 'https://git.example' } }],
      ['app', 'web', { projectId: randomUUID(), source: { kind: 'image', image: image('a0') } }],
      ['app', 'right', { projectId, source, labels: { set: { Team: 'shop' } } }],
      ['app', 'right', { projectId, source, labels: { set: { team: 'a b' } } }],
      ['environment', 'right', { projectId, kind: 'staging', labels: { unset: ['-'] } }],
      ['environment', 'right', { projectId, kind: 'preview' }],
      ['environment', 'staging', { projectId, kind: 'production' }],
      ['workload', 'web', { projectId, app: 'other', environment: 'staging' }],
      ['workload', 'right', { projectId, app: 'a1', environment: 'staging', counts: { web: 101 } }],
      [
        ...(['workload', 'right'] as const),
        { projectId, app: 'a1', environment: 'b1', counts: { web: 1 }, autoscaling: { web: { min: 1, max: 2 } } },
      ],
      ['workload', 'right', { projectId, app: 'a1', environment: 'b1', autoscaling: { web: { min: 3, max: 2 } } }],
      ['workload', 'right', { projectId, app: 'a1', environment: 'b1', config: { unset: ['1A'] } }],
      ['workload', 'right', { projectId, app: 'a1', environment: 'b1', config: { unset: ['/etc/passwd'] } }],
      ['workload', 'right', { projectId, app: 'a1', environment: 'b1', protection: {} }],
      ['workload', 'right', { projectId, app: 'a1', environment: 'b1', protection: { allow: ['example.com'] } }],
    ] as const)
      await expect(apply(kind, name, spec)).rejects.toMatchObject({ status: 422 });
    const unknown = { projectId, source, secret: 'x' };
    await expect(apply('app', 'right', unknown)).rejects.toThrow(/field not declared/);
    const secret = { projectId, app: 'a1', environment: 'b1', config: { secrets: { KEY: 'x' } } };
    await expect(apply('workload', 'right', secret)).rejects.toThrow(/field not declared/);
    const password = { projectId, app: 'a1', environment: 'b1', protection: { allow: [], logins: { ann: 'x' } } };
    await expect(apply('workload', 'right', password)).rejects.toThrow(/field not declared/);
  });
});

describe('nobody else', () => {
  const spec = () => ({ projectId: project.id, source: { kind: 'upload' } });

  it('is heard from another namespace, or in another project', async () => {
    await apply('app', 'foreign', spec(), {}, 'strangers');
    const other = await ask<Project>('owner', 'POST', '/v1/projects', { organizationId, slug: 'other' });
    await apply('app', 'astray', { ...spec(), projectId: other.id });
    await isSaid('app', 'astray', 'Accepted False NotDelegated');
    await apply('app', 'heard', spec());
    await isSaid('app', 'heard', ...fine);
    expect((await get('app', 'foreign', 'strangers'))?.status).toBeUndefined();
    expect(await appsOf()).toEqual(['heard', 'web']);
    expect((await ask<{ items: App[] }>('owner', 'GET', `/v1/apps?project=${other.id}`)).items).toEqual([]);
  });

  it('declares what another object does', async () => {
    await apply('app', 'heard', spec(), {}, 'second');
    await eventually(
      async () => expect(await conditionsOf('app', 'heard', 'second')).toContain('Conflict True DeclaredElsewhere'),
      patient,
    );
  });

  it('makes anew what was deleted through the API, until the object is', async () => {
    const { id } = (await get('app', 'heard'))!.status!;
    await ask('owner', 'DELETE', `/v1/apps/${id}`);
    await isSaid('app', 'heard', 'Conflict True DeletedElsewhere');
    expect(await appsOf()).toEqual(['web']);
  });

  it('is heard for longer than the service account may do it', async () => {
    const mayAsk = (status: number) =>
      eventually(async () => {
        const body = { cluster: 'nowhere', namespace: 'team' };
        expect((await send('machine', 'POST', delegations(), body)).status).toBe(status);
      }, patient);
    await identity.strip(organizationId, machineId);
    await mayAsk(404);
    await apply('app', 'late', spec());
    await isSaid('app', 'late', 'Accepted False NotFound');
    expect(await appsOf()).toEqual(['web']);
    await identity.member(organizationId, 'viewer', { subjectId: machineId });
    await mayAsk(403);
    await apply('app', 'late', { ...spec(), build: { rootFolder: 'x' } });
    await isSaid('app', 'late', 'Accepted False Forbidden');
    await identity.strip(organizationId, machineId);
    await identity.member(organizationId, 'admin', { subjectId: machineId });
    await mayAsk(422);
    await apply('app', 'late', { ...spec(), build: { rootFolder: 'y' }, labels: { set: { 'cost.center': 'c-1' } } });
    await isSaid('app', 'late', ...fine);
    const { id } = (await get('app', 'late'))?.status ?? {};
    expect(await ask('owner', 'GET', `/v1/apps/${id}/labels`)).toMatchObject({ labels: { 'cost.center': 'c-1' } });
  });
});

describe('what was declared', () => {
  it('stays when its object is deleted', async () => {
    const path = `${pathOf(declaredKinds.app, 'team', 'late')}`;
    await cluster.administrator.transport.ask({ method: 'DELETE', path, signal: never });
    await eventually(async () => {
      const rows = await service.database.query(`select from declaration where key like '%/app/team/late'`);
      expect(rows).toEqual([]);
    }, patient);
    expect(await appsOf()).toEqual(['late', 'web']);
  });

  it('stays when its namespace speaks no more, and the object says so', async () => {
    const { items } = await ask<{ items: Delegation[] }>('owner', 'GET', delegations());
    for (const { id } of items) await ask('owner', 'DELETE', `${delegations()}/${id}`);
    await isSaid('app', 'web', 'Accepted False NotDelegated');
    expect(await appsOf()).toEqual(['late', 'web']);
  });
});
