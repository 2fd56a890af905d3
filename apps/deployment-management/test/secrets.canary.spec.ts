import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { ConfigChange, Environment } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment, Workload } from './fixtures/types.js';

/** Planted where only the app may see them. Each holds characters that change when it is encoded. */
const canaries = [
  'first',
  'second',
  'refused',
  'malformed',
  'cluster',
  'registry',
  'scoped',
  'zone',
  'wall',
  'filed',
].map((name) => `canary/${name}?+&=%"${randomUUID()}`);
const [first, second, refused, malformed, cluster, registry, inScope, zone, wall, inFile] = canaries as [
  ...[string, string, string, string, string, string, string, string, string, string],
];

/** Every form in which a value could lie about: as it is, escaped, encoded, at any offset of base64, in hexadecimal. */
function formsOf(value: string): string[] {
  const shifted = [0, 1, 2].map((offset) => Buffer.from(' '.repeat(offset) + value).toString('base64'));
  const base64 = shifted.map((text, offset) => text.slice(offset === 0 ? 0 : 4, -4));
  return [
    value,
    value.slice(-36),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    new URLSearchParams({ x: value }).toString().slice(2),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    Buffer.from(value).toString('hex'),
  ];
}

const fileOf = (text: string): string => Buffer.from(text).toString('base64');

describe('the value of a secret', () => {
  let platform: Platform;
  let scene: Scene;
  let logs = '';
  const called = new Set<string>();

  beforeAll(async () => {
    listenToLogs();
    platform = await Platform.start({ environment: { LOG_LEVEL: 'debug', PRIVATE_DNS: 'true' } });
    scene = await Scene.make(platform);
    await useEverything();
  }, 300_000);
  afterAll(() => platform.close());

  /** pino writes to the file descriptor itself. */
  function listenToLogs(): void {
    const { writeSync, write } = fs;
    jest.spyOn(fs, 'writeSync').mockImplementation(((fd: number, ...rest: [string]) => {
      if (fd > 2) return (writeSync as (...all: unknown[]) => number)(fd, ...rest);
      logs += String(rest[0]);
      return Buffer.byteLength(String(rest[0]));
    }) as never);
    jest.spyOn(fs, 'write').mockImplementation(((fd: number, text: string, ...rest: unknown[]) => {
      if (fd > 2) return (write as (...all: unknown[]) => void)(fd, text, ...rest);
      logs += String(text);
      const done = rest.at(-1) as (error: null, written: number) => void;
      setImmediate(() => done(null, Buffer.byteLength(text)));
    }) as never);
  }

  async function call<Body = { id: string }>(
    method: string,
    template: string,
    id = '',
    body?: unknown,
    as = scene.owner,
  ): Promise<Body> {
    called.add(`${method} ${template}`);
    const path = template.replace(/\{\w+\}/, id);
    const separator = path.includes('?') ? '&' : '?';
    const query = method === 'GET' && id === '' ? '' : `${separator}echo=1`;
    return (await as.send<Body>(method, path + query, body, { 'if-match': '*' })).body;
  }

  async function useEverything(): Promise<void> {
    await setSecret({ TOKEN: first, OTHER: first, './tls/key.pem': fileOf(inFile) });
    await call('PATCH', '/v1/config/{workloadId}', scene.id, { set: { PLAIN: 'plain' } });
    await scene.deployLive('one');
    await scene.reaches({ id: (await setSecret({ TOKEN: second })).deploymentId! }, 'live');
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(scene.desired?.environment).toMatchObject({ TOKEN: first });
    expect(scene.desired?.files).toEqual([{ path: 'tls/key.pem', content: fileOf(inFile) }]);
    await failWithSecrets();
    await readEverything();
    await goBack();
    await shareEverything();
    await keepSomething();
    await pullEverything();
    await delegateEverything();
    await handEverythingOver();
    await administerEverything();
    await changeEverything();
  }

  const setSecret = (set: object) => call<ConfigChange>('PATCH', '/v1/secrets/{workloadId}', scene.id, { set });

  /** Refused by validation, by the parser and by the database, each with a value in hand. */
  async function failWithSecrets(): Promise<void> {
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, { set: { TOKEN: `${refused}\0`, PORT: refused } });
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, { set: { TOKEN: refused }, values: [refused] });
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, `{"set":{"TOKEN":"${malformed}",}`);
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, malformed);
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, { set: { './../a': fileOf(inFile), './a': inFile } });
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, { set: { './tls': fileOf(inFile) } });
    await platform.query('alter table config_version add constraint broken check (number < 3) not valid');
    await call('PATCH', '/v1/secrets/{workloadId}', scene.id, { set: { TOKEN: refused } });
    await platform.query('alter table config_version drop constraint broken');
    platform.runtime.setDown(true);
    await scene.scale({ counts: { web: 2 } });
    await call('GET', '/v1/workloads/{id}/instances', scene.id);
    platform.runtime.setDown(false);
    await scene.eventuallyRuns({ 'v3 web': 2 });
    scene.behave('bad', { kind: 'fails', trouble: { cause: 'crash_loop', message: 'no', evidence: ['no'] } });
    await scene.reaches(await scene.deploy('bad'), 'failed');
  }

  async function readEverything(): Promise<void> {
    const { id } = scene;
    for (const path of [
      'projects',
      'environments',
      'apps',
      'workloads',
      'deployments',
      'releases',
      'tasks',
      'schedules',
    ])
      called.add(`GET /v1/${path}`);
    await scene.owner.get(`/v1/projects?organization=${scene.organizationId}`);
    for (const list of ['environments', 'apps', 'workloads'])
      await scene.owner.get(`/v1/${list}?project=${scene.project.id}`);
    for (const list of ['deployments', 'releases', 'tasks', 'schedules'])
      await scene.owner.get(`/v1/${list}?workload=${id}`);
    const [release] = await scene.releases();
    const { activeDeploymentId } = await scene.now();
    const [deployment] = await platform.query<{ id: string }>('select id from deployment limit 1');
    await call('GET', '/v1/projects/{id}', scene.project.id);
    await call('GET', '/v1/environments/{id}', scene.environment.id);
    await call('GET', '/v1/apps/{id}', scene.app.id);
    await call('GET', '/v1/apps/{id}/labels', scene.app.id);
    await call('GET', '/v1/environments/{id}/labels', scene.environment.id);
    await call('GET', '/v1/releases/{id}', release!.id);
    await call('GET', '/v1/deployments/{id}', activeDeploymentId ?? deployment!.id);
    const ofWorkload = ['', '/instances', '/stats', '/logs', '/exec', '/forward'];
    for (const rest of ofWorkload) await call('GET', `/v1/workloads/{id}${rest}`, id);
    await call('GET', '/v1/environments/{id}/summary', scene.environment.id);
    called.add('GET /v1/environments/summary');
    await scene.owner.get(`/v1/environments/summary?organization=${scene.organizationId}`);
    await call('GET', '/v1/config/{workloadId}', id);
    await call('PATCH', '/v1/links/{workloadId}', id, { add: ['not-there'] });
    await call('GET', '/v1/links/{workloadId}', id);
    await call('GET', '/v1/secrets/{workloadId}', id);
    await call('GET', '/v1/config/{workloadId}/effective', id);
    await call('GET', '/v1/secrets/{workloadId}/effective', id);
    await scene.owner.send('GET', '/metrics');
  }

  /** A secret of each wider scope, changed, applied and revoked; none of it is refused for want of a release to replace. */
  async function shareEverything(): Promise<void> {
    const ids = { organization: scene.organizationId, project: scene.project.id, environment: scene.environment.id };
    for (const [scope, id] of Object.entries(ids)) {
      const on = <Body>(method: string, segment: string, rest = '', body?: unknown): Promise<Body> => {
        called.add(`${method} /v1/${segment}/scopes/{scope}/{scopeId}${rest}`);
        return call<Body>(method, `/v1/${segment}/scopes/${scope}/{id}${rest}`, id, body);
      };
      await on('PATCH', 'secrets', '', { set: { SHARED: inScope, './shared.pem': fileOf(inFile) } });
      await on('PATCH', 'secrets', '', { set: { SHARED: `${inScope}\0` } });
      await on('PATCH', 'secrets', '', { set: { SHARED: `${inScope}2` }, apply: true });
      await on('PATCH', 'config', '', { set: { PLAIN: 'plain' } });
      await on('POST', 'config', '/apply');
      await on('POST', 'secrets', '/revocations', { name: 'SHARED', version: 1 });
      await on('GET', 'config');
      await on('GET', 'secrets');
    }
    await scene.deployLive('shared');
    expect(scene.desired?.environment).toMatchObject({ SHARED: `${inScope}2` });
  }

  async function goBack(): Promise<void> {
    const { id } = scene.environment;
    const { id: snapshotId } = await call('POST', '/v1/environments/{id}/snapshots', id, { note: null });
    await call('GET', '/v1/environments/{id}/snapshots', id);
    await call('GET', '/v1/snapshots/{id}', snapshotId);
    const begun = await call('POST', '/v1/environments/{id}/rollbacks', id, { snapshotId, partial: true });
    const one = '/v1/environments/{id}/rollbacks/{rollbackId}';
    await call('GET', one.replace('{rollbackId}', begun.id), id);
    called.add(`GET ${one}`);
    await call('GET', '/v1/environments/{id}/rollbacks', id);
    await call('DELETE', '/v1/snapshots/{id}', snapshotId);
  }

  async function pullEverything(): Promise<void> {
    const body = { organizationId: scene.organizationId, registry: 'registry.example', username: 'robot' };
    const add = (more: object) => call('POST', '/v1/pull-credentials', '', { ...body, password: registry, ...more });
    await add({ registry: 'https://registry.example' });
    await add({ password: `${registry}\n` });
    const { id } = await add({});
    await add({});
    called.add('GET /v1/pull-credentials');
    await scene.owner.get(`/v1/pull-credentials?organization=${scene.organizationId}`);
    await call('GET', '/v1/pull-credentials/{id}', id);
    const told = () => scene.desired?.registries?.logins.map(({ password }) => password);
    await eventually(() => expect(told()).toEqual([registry]), { within: 60_000 });
    await call('DELETE', '/v1/pull-credentials/{id}', id);
    await eventually(() => expect(told()).toEqual([]), { within: 60_000 });
  }

  /** Only who is no person may let a namespace speak, and none of these clusters has namespaces. */
  async function delegateEverything(): Promise<void> {
    const path = '/v1/projects/{id}/delegations';
    await call('POST', path, scene.project.id, { cluster: 'local', namespace: 'team' });
    await call('POST', path, scene.project.id, { cluster: 'local', namespace: cluster });
    await call('GET', path, scene.project.id);
    const one = `${path}/{delegationId}`;
    for (const method of ['GET', 'DELETE']) {
      await call(method, one.replace('{delegationId}', randomUUID()), scene.project.id);
      called.add(`${method} ${one}`);
    }
  }

  /** A key is written in base64, in which its secret would be found as well. */
  async function handEverythingOver(): Promise<void> {
    const secret = Buffer.from(zone).toString('base64');
    const [path, one] = ['/v1/dns-zones', '/v1/dns-zones/{id}'];
    const body = { organizationId: scene.organizationId, name: 'shop.example', servers: ['127.0.0.1:1'] };
    const hand = (key: object, more: object = {}) => call('POST', path, '', { ...body, key, ...more });
    await hand({ name: 'key', secret: zone });
    await hand({ name: zone, secret });
    await hand({ name: 'key', secret }, { servers: ['nowhere'] });
    const { id } = await hand({ name: 'key', secret });
    await hand({ name: 'key', secret });
    called.add(`GET ${path}`);
    await scene.owner.get(`${path}?organization=${scene.organizationId}`);
    await call('PATCH', one, id, { key: { name: 'other', secret } });
    await eventually(
      async () => {
        const { conditions } = await call<{ conditions: object[] }>('GET', one, id);
        expect(conditions).toHaveLength(1);
      },
      { within: 60_000 },
    );
    await call('GET', `${one}/records`, id);
    await call('DELETE', one, id);
  }

  async function keepSomething(): Promise<void> {
    const body = { workloadId: scene.id, name: 'data', mountPath: '/data', sizeMib: 1 };
    const { id } = await call('POST', '/v1/volumes', '', body);
    called.add('GET /v1/volumes');
    await scene.owner.get(`/v1/volumes?workload=${scene.id}`);
    await call('GET', '/v1/volumes/{id}', id);
    await call('PATCH', '/v1/volumes/{id}', id, { sizeMib: 2 });
    await call('DELETE', '/v1/volumes/{id}', id);
    const domain = { workloadId: scene.id, host: 'shop.example.com' };
    const { id: domainId } = await call('POST', '/v1/domains', '', domain);
    called.add('GET /v1/domains');
    await scene.owner.get(`/v1/domains?workload=${scene.id}`);
    await call('GET', '/v1/domains/{id}', domainId);
    await call('POST', '/v1/domains/{id}/verify', domainId);
    await call('POST', '/v1/domains/{id}/vouch', domainId, { reason: 'There is no DNS here.' });
    await call('DELETE', '/v1/domains/{id}', domainId);
  }

  /** With the token of an account of a cluster in hand: taken nowhere, so it must be nowhere. */
  async function administerEverything(): Promise<void> {
    const administrator = platform.client(await platform.identity.token({ administrator: true }));
    const ask = (method: string, rest = '', body?: unknown) =>
      call(method, `/v1/clusters${rest}`, rest === '' ? '' : OWN_CLUSTER_ID, body, administrator);
    const settings = { gateway: { namespace: 'gateway', name: 'public', url: 'http://127.0.0.1:1' } };
    const credentials = { kind: 'token', server: 'https://127.0.0.1:1', certificateAuthority: cluster, token: cluster };
    await ask('GET');
    await ask('POST', '', { name: 'berlin', credentials, settings });
    await ask('POST', '', { name: 'berlin', credentials: { kind: 'kubeconfig', kubeconfig: `{${cluster}` }, settings });
    await ask('PATCH', '/{id}', { credentials });
    for (const rest of ['/{id}', '/{id}/report', '/{id}/deletions']) await ask('GET', rest);
    await ask('PUT', '/{id}/address', { address: ['192.0.2.1'] });
    for (const rest of ['/{id}/cordon', '/{id}/uncordon']) await ask('POST', rest);
    await ask('POST', '/{id}/isolation-checks', { image: `registry.example/${cluster}` });
    const { id } = await ask('POST', '/{id}/isolation-checks', {});
    await ask('GET', '/{id}/isolation-checks');
    const one = '/v1/clusters/{id}/isolation-checks/{checkId}';
    await call('GET', one.replace('{checkId}', id), OWN_CLUSTER_ID, undefined, administrator);
    called.add(`GET ${one}`);
    await ask('DELETE', '/{id}');
    await call('POST', '/v1/admin/deployment-management/snapshots', '', { aggregate: 'app' }, administrator);
    await call('POST', '/v1/admin/deployment-management/epochs', '', { reason: 'restored' }, administrator);
  }

  async function changeEverything(): Promise<void> {
    const { id } = scene;
    const projectId = scene.project.id;
    const environment = await call<Environment>('POST', '/v1/environments', '', {
      projectId,
      slug: 'qa',
      kind: 'staging',
    });
    const other = await call<Workload>('POST', '/v1/workloads', '', {
      appId: scene.app.id,
      environmentId: environment.id,
    });
    const source = { kind: 'promote', workloadId: id, number: 1 };
    const promoted = await call<Deployment>('POST', '/v1/workloads/{id}/deployments', other.id, { source });
    await scene.reaches(promoted, 'live');
    await call('POST', '/v1/workloads/{id}/deployments?dryRun=true', id, { source: { kind: 'release', number: 2 } });
    await call('POST', '/v1/workloads/{id}/scale', id, { sizes: { web: { memoryMib: 300 } } });
    const bounds = { processes: { web: { memoryMib: { min: 64, max: 512 } } } };
    for (const method of ['PUT', 'GET', 'DELETE'])
      await call(method, '/v1/workloads/{id}/vertical-autoscaling', id, method === 'PUT' ? bounds : undefined);
    const patches = '/v1/workloads/{id}/patches/{process}';
    for (const method of ['PUT', 'DELETE']) {
      called.add(`${method} ${patches}`);
      await call(method, patches.replace('{process}', 'web'), id, method === 'PUT' ? { spec: {} } : undefined);
    }
    const protection = '/v1/workloads/{id}/protection';
    for (const logins of [{ ann: wall }, { ann: `${wall}\n` }, { 'a:b': wall }, { ann: wall.repeat(2) }])
      await call('PATCH', protection, id, { logins });
    expect(await call('GET', protection, id)).toEqual({ workloadId: id, logins: ['ann'], allow: [] });
    await call('PATCH', protection, id, { logins: { ann: null } });
    await call('POST', '/v1/secrets/{workloadId}/revocations', id, { name: 'TOKEN', version: 1 });
    await call('POST', '/v1/workloads/{id}/move', id, { cluster: 'local' });
    await call('GET', '/v1/workloads/{id}/placements', id);
    await call('POST', '/v1/workloads/{id}/placements', id, { cluster: 'local' });
    const placement = '/v1/workloads/{id}/placements/{cluster}';
    for (const [method, rest] of [
      ['POST', '/scale'],
      ['DELETE', ''],
    ] as const) {
      called.add(`${method} ${placement}${rest}`);
      const body = method === 'POST' ? { counts: { web: 1 } } : undefined;
      await call(method, `${placement.replace('{cluster}', 'local')}${rest}`, id, body);
    }
    await call('POST', '/v1/environments/{id}/move', scene.environment.id, { cluster: 'local' });
    const task = await call('POST', '/v1/workloads/{id}/tasks', id, { command: 'node seed.js' });
    for (const rest of ['', '/logs']) await call('GET', `/v1/tasks/{id}${rest}`, task.id);
    await call('POST', '/v1/tasks/{id}/cancel', task.id);
    await call('PUT', '/v1/environments/{id}/sleep', environment.id, { timeZone: 'UTC', awake: [] });
    await call('GET', '/v1/environments/{id}/sleep', environment.id);
    await call('POST', '/v1/environments/{id}/wake', environment.id, { seconds: 3_600 });
    await call('DELETE', '/v1/environments/{id}/sleep', environment.id);
    await call('PUT', '/v1/environments/{id}/failover', environment.id, {});
    await call('GET', '/v1/environments/{id}/failover', environment.id);
    await call('DELETE', '/v1/environments/{id}/failover', environment.id);
    const times = { name: 'nightly', cron: '0 3 * * *', command: 'true' };
    const schedule = await call('POST', '/v1/workloads/{id}/schedules', id, times);
    for (const rest of ['', '/runs']) await call('GET', `/v1/schedules/{id}${rest}`, schedule.id);
    await call('PATCH', '/v1/schedules/{id}', schedule.id, { suspended: true });
    await call('DELETE', '/v1/schedules/{id}', schedule.id);
    for (const action of ['stop', 'start', 'restart']) await call('POST', `/v1/workloads/{id}/${action}`, id);
    await call('POST', '/v1/deployments/{id}/promote', (await scene.request()).id);
    await call('POST', '/v1/deployments/{id}/cancel', (await scene.request()).id);
    await call('PATCH', '/v1/apps/{id}', scene.app.id, { build: { rootFolder: 'x' } });
    await call('PATCH', '/v1/apps/{id}/labels', scene.app.id, { team: 'x' });
    await call('PATCH', '/v1/environments/{id}/labels', scene.environment.id, { team: 'x' });
    await call('PATCH', '/v1/workloads/{id}', id, { trackedRef: 'x' });
    for (const each of [other.id, id]) await call('DELETE', '/v1/workloads/{id}', each);
    await eventually(async () => expect(await platform.eventTypes(id)).toContain('workload.deleted'));
    const app = await call('POST', '/v1/apps', '', { projectId, slug: 'two', source: { kind: 'upload' } });
    const project = await call('POST', '/v1/projects', '', { organizationId: scene.organizationId, slug: 'two' });
    await call('DELETE', '/v1/apps/{id}', app.id);
    await call('DELETE', '/v1/environments/{id}', environment.id);
    await call('DELETE', '/v1/projects/{id}', project.id);
  }

  const leaks = (text: string) => canaries.flatMap((value) => formsOf(value).filter((form) => text.includes(form)));

  it('was planted and searched for in everything that the service offers', async () => {
    const document = (await (await fetch(`${platform.service.url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.filter((each) => !called.has(each))).toEqual([]);
    expect(platform.runtime.applied.some((each) => each.environment['TOKEN'] === second)).toBe(true);
  });

  it('would be found in each of its forms', () => {
    for (const form of formsOf(first)) expect(leaks(`x${form}y`)).not.toEqual([]);
    expect(leaks(Buffer.from(`padding${first}padding`).toString('base64'))).not.toEqual([]);
    expect(leaks(`{"v":${JSON.stringify(first)}}`)).not.toEqual([]);
  });

  it('is in no row of any table, the outbox, the audit trail and the bus among them', async () => {
    const tables = await platform.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('public', 'berth_bus')`,
    );
    expect(tables.map((each) => each.name)).toEqual(
      expect.arrayContaining(['berth_bus.message', 'public.audit_entry']),
    );
    for (const { name } of tables) {
      const rows = await platform.query<{ text: string }>(`select t::text as text from ${name} t`);
      expect({ name, leaks: leaks(rows.map((row) => row.text).join('\n')) }).toEqual({ name, leaks: [] });
    }
    const events = JSON.stringify(await platform.events());
    expect(leaks(events)).toEqual([]);
    expect(events.length).toBeGreaterThan(1_000);
  });

  it('is in no answer', () => {
    expect(platform.answers.length).toBeGreaterThan(50);
    expect(leaks(platform.answers.join('\n'))).toEqual([]);
  });

  it('is in no log line', () => {
    expect(logs).toContain('request failed');
    expect(leaks(logs)).toEqual([]);
  });
});
