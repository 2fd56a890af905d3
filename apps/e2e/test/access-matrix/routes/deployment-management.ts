import { randomUUID } from 'node:crypto';
import { anyVersion, byId, needs, type Row, type Rows } from '../row.js';
import { type Belongings, dnsZone, pullCredential, type Tenant } from '../tenant.js';

const of = (name: keyof Belongings) => (tenant: Tenant) => tenant.has[name];

/** A list of what lies in one thing, asked for by that thing's id. */
const listOf = (permission: Parameters<typeof needs>[0], on: 'organization' | 'project' | 'environment'): Row =>
  needs(permission, on, 200, ({ has }) => {
    const within = on === 'environment' ? 'workload' : on;
    return { query: { [within]: has[within] } };
  });

const onWorkload = (permission: Parameters<typeof needs>[0], success: number, body?: unknown): Row =>
  needs(permission, 'environment', success, async (tenant) => ({
    path: { workloadId: tenant.has.workload },
    ...(body === undefined ? {} : { body }),
  }));

/** Of a project; that the other scopes ask for the same is told by the tests of the service. */
const onScope = (permission: Parameters<typeof needs>[0], success: number, body?: unknown): Row => ({
  ...needs(permission, 'project', success, ({ has }) => ({
    path: { scope: 'project', scopeId: has.project },
    ...(body === undefined ? {} : { body }),
  })),
  everybodys: [':scope'],
});

/** Sent to a workload that never ran: what would change a running one is in nobody's way, and may be refused after all. */
const acts = (permission: Parameters<typeof needs>[0], success: number, body?: unknown): Row =>
  byId(permission, 'environment', success, (tenant) => tenant.newWorkload(), body === undefined ? {} : { body });

/** What would be done; it is allowed as doing it is. */
const dryRun = (sourceOf: (tenant: Tenant) => object): Row =>
  needs('deployments:create', 'environment', 200, (tenant) => ({
    path: { id: tenant.has.workload },
    query: { dryRun: 'true' },
    body: { source: sourceOf(tenant) },
  }));

/** That the installation was set up with, the same everywhere. */
const ownCluster = '00000000-0000-7000-8000-000000000001';
const onCluster = (permission: Parameters<typeof needs>[0], success: number, rest: object = {}): Row => ({
  ...byId(permission, 'platform', success, () => ownCluster, rest),
  everybodys: [':id'],
});
const unreadable = {
  name: 'elsewhere',
  credentials: { kind: 'kubeconfig', kubeconfig: 'none' },
  settings: { gateway: { namespace: 'gateway', name: 'public', url: 'http://127.0.0.1:1' } },
};

/** Of a namespace that speaks: there is none, for want of a cluster that has namespaces. */
const onDelegation = (permission: Parameters<typeof needs>[0]): Row => ({
  ...needs(permission, 'project', 404, ({ has }) => ({ path: { id: has.project, delegationId: randomUUID() } })),
  everybodys: [':delegationId'],
});

const newSnapshot = (tenant: Tenant): Promise<string> =>
  tenant.make(`/v1/environments/${tenant.has.environment}/snapshots`, {});

export const deploymentManagementRows: Rows = {
  'GET /v1/clusters': needs('clusters:read', 'platform', 200),
  // Past the guard it is refused: there is no cluster here.
  'POST /v1/clusters': needs('clusters:update', 'platform', 422, () => ({ body: unreadable })),
  'GET /v1/clusters/{id}': onCluster('clusters:read', 200),
  'GET /v1/clusters/{id}/report': onCluster('clusters:read', 200),
  'GET /v1/clusters/{id}/deletions': onCluster('clusters:read', 200),
  'GET /v1/clusters/{id}/isolation-checks': onCluster('clusters:read', 200),
  'POST /v1/clusters/{id}/isolation-checks': onCluster('clusters:update', 202, { body: {} }),
  // Unknown: which check was asked for by another row is not known here.
  'GET /v1/clusters/{id}/isolation-checks/{checkId}': {
    ...needs('clusters:read', 'platform', 404, () => ({ path: { id: ownCluster, checkId: randomUUID() } })),
    everybodys: [':id', ':checkId'],
  },
  'PATCH /v1/clusters/{id}': onCluster('clusters:update', 409, { body: {}, ...anyVersion }),
  'DELETE /v1/clusters/{id}': onCluster('clusters:update', 409),
  // Unknown, because a cordon would be in the way of all that follows.
  'POST /v1/clusters/{id}/cordon': {
    ...byId('clusters:update', 'platform', 404, () => randomUUID()),
    everybodys: [':id'],
  },
  'POST /v1/clusters/{id}/uncordon': {
    ...onCluster('clusters:update', 200),
    unrecorded: 'it is not cordoned',
  },
  'PUT /v1/clusters/{id}/address': onCluster('clusters:update', 200, { body: { address: [] } }),
  'GET /v1/dns-zones': listOf('dns-zones:read', 'organization'),
  'POST /v1/dns-zones': needs('dns-zones:create', 'organization', 201, (tenant) => ({
    body: { organizationId: tenant.has.organization, ...dnsZone(tenant.name()) },
  })),
  'GET /v1/dns-zones/{id}': byId('dns-zones:read', 'organization', 200, of('dnsZone')),
  'GET /v1/dns-zones/{id}/records': byId('dns-zones:read', 'organization', 200, of('dnsZone')),
  'PATCH /v1/dns-zones/{id}': byId('dns-zones:update', 'organization', 200, of('dnsZone'), {
    body: { ttlSeconds: 61 },
  }),
  'DELETE /v1/dns-zones/{id}': byId('dns-zones:delete', 'organization', 202, (tenant) => tenant.newDnsZone()),
  'GET /v1/pull-credentials': listOf('pull-credentials:read', 'organization'),
  'POST /v1/pull-credentials': needs('pull-credentials:create', 'organization', 201, (tenant) => ({
    body: { organizationId: tenant.has.organization, ...pullCredential(tenant.name()) },
  })),
  'GET /v1/pull-credentials/{id}': byId('pull-credentials:read', 'organization', 200, of('pullCredential')),
  'DELETE /v1/pull-credentials/{id}': byId('pull-credentials:delete', 'organization', 204, (tenant) =>
    tenant.newPullCredential(),
  ),
  'GET /v1/projects': {
    ...listOf('projects:read', 'organization'),
    needs: [{ permission: 'projects:read', on: 'organization', orOn: ['project', 'environment'] }],
  },
  'POST /v1/projects': needs('projects:create', 'organization', 201, (tenant) => ({
    body: { organizationId: tenant.has.organization, slug: tenant.name() },
  })),
  'GET /v1/projects/{id}': {
    ...byId('projects:read', 'project', 200, of('project')),
    needs: [{ permission: 'projects:read', on: 'project', orOn: ['environment'] }],
  },
  'DELETE /v1/projects/{id}': byId('projects:delete', 'project', 409, of('project')),
  'GET /v1/projects/{id}/delegations': byId('apps:read', 'project', 200, of('project')),
  // A person speaks for themselves, and the cluster has no namespaces.
  'POST /v1/projects/{id}/delegations': byId('apps:create', 'project', 422, of('project'), {
    body: { cluster: 'local', namespace: 'team' },
  }),
  'GET /v1/projects/{id}/delegations/{delegationId}': onDelegation('apps:read'),
  'DELETE /v1/projects/{id}/delegations/{delegationId}': onDelegation('apps:update'),
  'GET /v1/environments': {
    ...listOf('environments:read', 'project'),
    needs: [{ permission: 'environments:read', on: 'project', orOn: ['environment'] }],
  },
  'POST /v1/environments': needs('environments:create', 'project', 201, (tenant) => ({
    body: { projectId: tenant.has.project, slug: tenant.name(), kind: 'staging' },
  })),
  'GET /v1/environments/{id}': byId('environments:read', 'environment', 200, of('environment')),
  'GET /v1/environments/summary': needs('workloads:read', 'organization', 200, ({ has }) => ({
    query: { organization: has.organization },
  })),
  'GET /v1/environments/{id}/summary': byId('workloads:read', 'environment', 200, of('environment')),
  'GET /v1/environments/{id}/snapshots': byId('releases:read', 'environment', 200, of('environment')),
  'POST /v1/environments/{id}/snapshots': byId('deployments:create', 'environment', 201, of('environment'), {
    body: {},
  }),
  'GET /v1/snapshots/{id}': byId('releases:read', 'environment', 200, newSnapshot),
  'DELETE /v1/snapshots/{id}': byId('deployments:create', 'environment', 204, newSnapshot),
  'GET /v1/environments/{id}/rollbacks': byId('deployments:read', 'environment', 200, of('environment')),
  // What cannot go back is no matter here. A snapshot is looked for in the environment: 422, as for one that is nowhere.
  'POST /v1/environments/{id}/rollbacks': {
    ...needs('deployments:create', 'environment', 202, async (tenant) => ({
      path: { id: tenant.has.environment },
      body: { snapshotId: await newSnapshot(tenant), partial: true },
    })),
    foreign: { '/snapshotId': 422 },
  },
  'GET /v1/environments/{id}/rollbacks/{rollbackId}': needs('deployments:read', 'environment', 200, async (tenant) => {
    const rollbacks = `/v1/environments/${tenant.has.environment}/rollbacks`;
    const body = { snapshotId: await newSnapshot(tenant), partial: true };
    return { path: { id: tenant.has.environment, rollbackId: await tenant.make(rollbacks, body) } };
  }),
  'DELETE /v1/environments/{id}': byId('environments:delete', 'environment', 409, of('environment')),
  // To nowhere: who may ask is told so, and what other rows put there, volumes for one, is not in the way.
  'POST /v1/environments/{id}/move': byId('environments:move', 'environment', 422, of('environment'), {
    body: { cluster: 'nowhere' },
  }),
  'GET /v1/environments/{id}/labels': byId('environments:read', 'environment', 200, of('environment')),
  'PATCH /v1/environments/{id}/labels': byId('environments:update', 'environment', 200, of('environment'), {
    body: { team: 'matrix' },
  }),
  'GET /v1/apps/{id}/labels': {
    ...byId('apps:read', 'project', 200, of('app')),
    needs: [{ permission: 'apps:read', on: 'project', orOn: ['environment'] }],
  },
  'PATCH /v1/apps/{id}/labels': byId('apps:update', 'project', 200, of('app'), {
    body: { team: 'matrix' },
  }),
  'GET /v1/apps': {
    ...listOf('apps:read', 'project'),
    needs: [{ permission: 'apps:read', on: 'project', orOn: ['environment'] }],
  },
  'POST /v1/apps': needs('apps:create', 'project', 201, (tenant) => ({
    body: { projectId: tenant.has.project, slug: tenant.name(), source: { kind: 'upload' } },
  })),
  'GET /v1/apps/{id}': {
    ...byId('apps:read', 'project', 200, of('app')),
    needs: [{ permission: 'apps:read', on: 'project', orOn: ['environment'] }],
  },
  'PATCH /v1/apps/{id}': byId('apps:update', 'project', 200, of('app'), { body: {}, ...anyVersion }),
  'DELETE /v1/apps/{id}': byId('apps:delete', 'project', 204, (tenant) => tenant.newApp()),
  'GET /v1/workloads': {
    ...needs('workloads:read', 'environment', 200, ({ has }) => ({ query: { environment: has.environment } })),
    also: [({ has }) => ({ query: { app: has.app } }), ({ has }) => ({ query: { project: has.project } })],
  },
  'POST /v1/workloads': {
    needs: [
      { permission: 'workloads:create', on: 'environment' },
      { permission: 'apps:read', on: 'project' },
    ],
    success: 201,
    request: async (tenant) => ({ body: { appId: await tenant.newApp(), environmentId: tenant.has.environment } }),
  },
  'GET /v1/workloads/{id}': byId('workloads:read', 'environment', 200, of('workload')),
  'PATCH /v1/workloads/{id}': byId('workloads:update', 'environment', 200, of('workload'), {
    body: { startDeadlineSeconds: 60 },
    ...anyVersion,
  }),
  'DELETE /v1/workloads/{id}': acts('workloads:delete', 202),
  'POST /v1/workloads/{id}/scale': acts('workloads:scale', 200, { counts: { web: 2 } }),
  'POST /v1/workloads/{id}/start': acts('workloads:scale', 409),
  'POST /v1/workloads/{id}/stop': acts('workloads:scale', 409),
  'POST /v1/workloads/{id}/restart': byId('workloads:restart', 'environment', 200, of('workload')),
  'PUT /v1/workloads/{id}/vertical-autoscaling': acts('workloads:scale', 200, {
    processes: { web: { memoryMib: { min: 64, max: 512 } } },
  }),
  'GET /v1/workloads/{id}/vertical-autoscaling': byId('workloads:read', 'environment', 404, of('workload')),
  'DELETE /v1/workloads/{id}/vertical-autoscaling': acts('workloads:scale', 404),
  'PUT /v1/workloads/{id}/patches/{process}': needs('workloads:patch', 'environment', 200, ({ has }) => ({
    path: { id: has.workload, process: 'web' },
    body: { spec: { terminationGracePeriodSeconds: 60 } },
  })),
  'DELETE /v1/workloads/{id}/patches/{process}': needs('workloads:patch', 'environment', 200, ({ has }) => ({
    path: { id: has.workload, process: 'web' },
  })),
  'GET /v1/workloads/{id}/protection': byId('workloads:read', 'environment', 200, of('workload')),
  'PATCH /v1/workloads/{id}/protection': acts('workloads:protect', 200, { allow: ['198.51.100.0/24'] }),
  'POST /v1/workloads/{id}/move': {
    ...byId('workloads:move', 'environment', 202, of('workload'), { body: { cluster: 'local' } }),
    unrecorded: 'it is there already',
  },
  'GET /v1/workloads/{id}/placements': byId('workloads:read', 'environment', 200, of('workload')),
  // It stands there, as its first.
  'POST /v1/workloads/{id}/placements': byId('workloads:move', 'environment', 409, of('workload'), {
    body: { cluster: 'local' },
  }),
  'POST /v1/workloads/{id}/placements/{cluster}/scale': needs('workloads:scale', 'environment', 422, ({ has }) => ({
    path: { id: has.workload, cluster: 'local' },
    body: { counts: { web: 2 } },
  })),
  'DELETE /v1/workloads/{id}/placements/{cluster}': needs('workloads:move', 'environment', 422, ({ has }) => ({
    path: { id: has.workload, cluster: 'local' },
  })),
  'POST /v1/workloads/{id}/deployments': {
    ...dryRun(() => ({ kind: 'release', number: 1 })),
    also: [
      dryRun(({ has }) => ({ kind: 'upload', uploadId: has.upload })).request,
      dryRun(({ has }) => ({ kind: 'promote', workloadId: has.workload, number: 1 })).request,
    ],
    // Uploads are not known here: the build finds that it is none of its organization's.
    foreign: { '/source/uploadId': 200 },
    unrecorded: 'a dry run changes nothing',
  },
  'GET /v1/workloads/{id}/instances': byId('workloads:read', 'environment', 200, of('workload')),
  'GET /v1/workloads/{id}/stats': byId('workloads:read', 'environment', 200, of('workload')),
  'GET /v1/workloads/{id}/logs': byId('workloads:logs', 'environment', 200, of('workload')),
  // Whoever may do it is told to ask for a WebSocket.
  'GET /v1/workloads/{id}/exec': byId('workloads:exec', 'environment', 426, of('workload'), {
    query: { command: 'true' },
  }),
  'GET /v1/workloads/{id}/forward': byId('workloads:exec', 'environment', 426, of('workload')),
  'POST /v1/workloads/{id}/tasks': acts('tasks:create', 409, { command: 'true' }),
  'GET /v1/tasks': listOf('tasks:read', 'environment'),
  'GET /v1/tasks/{id}': byId('tasks:read', 'environment', 200, of('task')),
  'POST /v1/tasks/{id}/cancel': byId('tasks:cancel', 'environment', 409, of('task')),
  'GET /v1/tasks/{id}/logs': byId('workloads:logs', 'environment', 200, of('task')),
  'POST /v1/workloads/{id}/schedules': needs('schedules:update', 'environment', 201, (tenant) => ({
    path: { id: tenant.has.workload },
    body: { name: `s${randomUUID().slice(0, 8)}`, cron: '0 3 1 1 *', command: 'true' },
  })),
  'GET /v1/schedules': listOf('schedules:read', 'environment'),
  'GET /v1/schedules/{id}': byId('schedules:read', 'environment', 200, of('schedule')),
  'PATCH /v1/schedules/{id}': byId('schedules:update', 'environment', 200, of('schedule'), {
    body: { suspended: true },
    ...anyVersion,
  }),
  'DELETE /v1/schedules/{id}': byId('schedules:update', 'environment', 204, (tenant) => tenant.newSchedule()),
  'GET /v1/schedules/{id}/runs': byId('schedules:read', 'environment', 200, of('schedule')),
  'GET /v1/domains': listOf('domains:read', 'environment'),
  'POST /v1/domains': needs('domains:create', 'environment', 201, (tenant) => ({
    body: { workloadId: tenant.has.workload, host: `${tenant.name()}.example.com` },
  })),
  'GET /v1/domains/{id}': byId('domains:read', 'environment', 200, (tenant) => tenant.newDomain()),
  'POST /v1/domains/{id}/verify': byId('domains:create', 'environment', 202, (tenant) => tenant.newDomain()),
  'POST /v1/domains/{id}/vouch': byId('domains:vouch', 'platform', 202, (tenant) => tenant.newDomain(), {
    body: { reason: 'There is no DNS here.' },
  }),
  'DELETE /v1/domains/{id}': byId('domains:delete', 'environment', 202, (tenant) => tenant.newDomain()),
  'GET /v1/volumes': listOf('volumes:read', 'environment'),
  'POST /v1/volumes': needs('volumes:create', 'environment', 201, (tenant) => {
    const name = tenant.name();
    return { body: { workloadId: tenant.has.workload, name, mountPath: `/${name}`, sizeMib: 1 } };
  }),
  'GET /v1/volumes/{id}': byId('volumes:read', 'environment', 200, (tenant) => tenant.newVolume()),
  'PATCH /v1/volumes/{id}': byId('volumes:update', 'environment', 200, (tenant) => tenant.newVolume(), {
    body: { sizeMib: 2 },
    ...anyVersion,
  }),
  'DELETE /v1/volumes/{id}': byId('volumes:delete', 'environment', 202, (tenant) => tenant.newVolume()),
  // Of an environment without hours; those of the one with a workload stay awake, for all that follows.
  'GET /v1/environments/{id}/sleep': byId('environments:read', 'environment', 404, of('environment')),
  'PUT /v1/environments/{id}/sleep': byId('environments:update', 'environment', 422, of('environment'), {
    body: { timeZone: 'Mars/Crater', awake: [] },
  }),
  'DELETE /v1/environments/{id}/sleep': byId('environments:update', 'environment', 404, of('environment')),
  'GET /v1/environments/{id}/failover': byId('environments:read', 'environment', 404, of('environment')),
  'PUT /v1/environments/{id}/failover': byId('environments:move', 'environment', 422, of('environment'), {
    body: { afterSeconds: 1 },
  }),
  'DELETE /v1/environments/{id}/failover': byId('environments:move', 'environment', 404, of('environment')),
  'POST /v1/environments/{id}/wake': byId('workloads:scale', 'environment', 404, of('environment'), {
    body: { seconds: 60 },
  }),
  'POST /v1/admin/deployment-management/snapshots': needs('snapshots:create', 'platform', 204, () => ({
    body: { aggregate: 'project' },
  })),
  'POST /v1/admin/deployment-management/epochs': needs('snapshots:create', 'platform', 422, () => ({
    body: { reason: 'the matrix', over: 2_147_483_646 },
  })),
  'GET /v1/deployments': listOf('deployments:read', 'environment'),
  'GET /v1/deployments/{id}': byId('deployments:read', 'environment', 200, of('deployment')),
  'POST /v1/deployments/{id}/cancel': byId('deployments:cancel', 'environment', 409, of('deployment')),
  'POST /v1/deployments/{id}/promote': byId('deployments:create', 'environment', 409, of('deployment')),
  'GET /v1/releases': listOf('releases:read', 'environment'),
  'GET /v1/releases/{id}': byId('releases:read', 'environment', 200, of('release')),
  'GET /v1/config/{workloadId}': onWorkload('config:read', 200),
  'PATCH /v1/config/{workloadId}': needs('config:update', 'environment', 202, async (tenant) => ({
    path: { workloadId: await tenant.newWorkload() },
    body: { set: { A: '1' } },
  })),
  'GET /v1/config/{workloadId}/effective': onWorkload('config:read', 200),
  'GET /v1/secrets/{workloadId}/effective': onWorkload('secrets:read', 200),
  'GET /v1/config/scopes/{scope}/{scopeId}': onScope('config:read', 200),
  'PATCH /v1/config/scopes/{scope}/{scopeId}': onScope('config:update', 202, { set: { A: '1' } }),
  'POST /v1/config/scopes/{scope}/{scopeId}/apply': onScope('config:update', 202),
  'GET /v1/secrets/scopes/{scope}/{scopeId}': onScope('secrets:read', 200),
  'PATCH /v1/secrets/scopes/{scope}/{scopeId}': onScope('secrets:update', 202, { set: { A: '1' } }),
  'POST /v1/secrets/scopes/{scope}/{scopeId}/revocations': onScope('secrets:update', 422, {
    name: 'NOT_THERE',
    version: 1,
  }),
  'GET /v1/links/{workloadId}': onWorkload('links:read', 200),
  'PATCH /v1/links/{workloadId}': onWorkload('links:update', 422, { add: ['not-there'] }),
  'GET /v1/secrets/{workloadId}': onWorkload('secrets:read', 200),
  'PATCH /v1/secrets/{workloadId}': needs('secrets:update', 'environment', 202, async (tenant) => ({
    path: { workloadId: await tenant.newWorkload() },
    body: { set: { A: '1' } },
  })),
  'POST /v1/secrets/{workloadId}/revocations': onWorkload('secrets:update', 422, { name: 'NOT_THERE', version: 1 }),
};
