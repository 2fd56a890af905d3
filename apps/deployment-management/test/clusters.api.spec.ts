import { createServer, type Server } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Cluster, ClusterReport } from '@berth/contracts/deployment';
import { TestAuthority } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { unaskedCluster } from './fixtures/unasked-cluster.js';
import { gitSource, Scene } from './fixtures/scene.js';
import type { App, Environment, Page } from './fixtures/types.js';

jest.setTimeout(300_000);

let platform: Platform;
let scene: Scene;
let administrator: Client;
let authority: TestAuthority;
/** Speaks TLS, and answers as nothing that knows Kubernetes. */
let stranger: Server;

beforeAll(async () => {
  platform = await Platform.start();
  administrator = platform.client(await platform.identity.token({ administrator: true }));
  authority = await TestAuthority.create();
  const { certFile, keyFile } = await authority.certificate('stranger');
  stranger = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
    if (request.headers.authorization === 'Bearer ended') return response.writeHead(401).end('{}');
    return response.writeHead(200).end('<html>welcome</html>');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  scene = await Scene.make(platform);
});
afterAll(async () => {
  await platform.close();
  await authority.remove();
  stranger.closeAllConnections();
  stranger.close();
});

const own = `/v1/clusters/${OWN_CLUSTER_ID}`;
const gateway = { namespace: 'gateway', name: 'public', url: 'http://127.0.0.1:1' };
const kubeconfig = (cluster: object, user: object) =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'c', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  });
const token = (server: string, certificateAuthority: string, value = 'x') => ({
  ...{ kind: 'token', server, certificateAuthority, token: value },
});
const register = (credentials: object, name = 'berlin') =>
  administrator.send('POST', '/v1/clusters', { name, credentials, settings: { gateway } });
const clusters = () => administrator.get<Page<Cluster>>('/v1/clusters').then((page) => page.items);

describe('clusters', () => {
  it("are the platform's: tenants neither see nor change them", async () => {
    const body = { name: 'mine', credentials: token('https://127.0.0.1:1', 'x'), settings: { gateway } };
    const asked: [string, string, object?][] = [
      ...[['GET', '/v1/clusters'] as [string, string], ['GET', own] as [string, string]],
      ...[['GET', `${own}/report`] as [string, string], ['DELETE', own] as [string, string]],
      ...[['POST', `${own}/cordon`] as [string, string], ['POST', `${own}/uncordon`] as [string, string]],
      ...[['POST', '/v1/clusters', body] as [string, string, object], ['PATCH', own, {}] as [string, string, object]],
    ];
    for (const [method, path, sent] of asked)
      expect(await scene.owner.refusal(method, path, sent)).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('begin with the one that the installation was set up with, which is only cordoned', async () => {
    const [local] = await clusters();
    expect(local).toMatchObject({ name: 'local', isOwn: true, server: null, settings: null, isCordoned: false });
    expect(local?.workloads).toBeGreaterThan(0);
    expect(await administrator.get<ClusterReport>(`${own}/report`)).toMatchObject({ isFit: true, checks: [] });
    for (const [method, body] of [['DELETE'], ['PATCH', { region: 'x' }]] as const)
      expect(await administrator.refusal(method, own, body, { 'if-match': '*' })).toMatchObject({
        ...{ status: 409, code: 'cluster_is_own' },
      });
  });

  it('that are cordoned take nothing new, and what stands there goes on', async () => {
    const { projectId, id: appId } = scene.app;
    const made = await scene.owner.post<Environment>('/v1/environments', { projectId, slug: 'early', kind: 'staging' });
    try {
      expect(await administrator.post<Cluster>(`${own}/cordon`)).toMatchObject({ isCordoned: true });
      await administrator.post<Cluster>(`${own}/cordon`);
      const environment = { projectId, slug: 'late', kind: 'staging' };
      expect(await scene.owner.refusal('POST', '/v1/environments', environment)).toEqual({
        ...{ status: 409, code: 'cluster_cordoned', pointers: ['/cluster'] },
      });
      const workload = { appId, environmentId: made.id };
      expect(await scene.owner.refusal('POST', '/v1/workloads', workload)).toMatchObject({ code: 'cluster_cordoned' });
      await scene.deployLive('while-cordoned');
    } finally {
      expect(await administrator.post<Cluster>(`${own}/uncordon`)).toMatchObject({ isCordoned: false });
    }
    await scene.owner.post('/v1/workloads', { appId, environmentId: made.id });
    const acts = await platform.query<{ action: string; detail: object }>(
      `select action, detail - 'request' as detail from audit_entry where organization_id is null order by sequence`,
    );
    const told = (isCordoned: boolean) => ({ isCordoned, before: { isCordoned: !isCordoned }, after: { isCordoned } });
    expect(acts).toEqual([true, false].map((each) => ({ action: 'clusters:update', detail: told(each) })));
  });

  it('are named by environments, and there is no other than those there are', async () => {
    const { projectId } = scene.app;
    const asked = { projectId, slug: 'there', kind: 'staging', cluster: 'nowhere' };
    expect(await scene.owner.refusal('POST', '/v1/environments', asked)).toEqual({
      ...{ status: 422, code: 'cluster_unknown', pointers: ['/cluster'] },
    });
    expect(await scene.owner.post<Environment>('/v1/environments', { ...asked, cluster: 'local' })).toMatchObject({
      cluster: 'local',
    });
    const app = await scene.owner.post<App>('/v1/apps', { projectId, slug: 'second', source: gitSource });
    const body = { appId: app.id, environmentId: scene.environment.id };
    expect(await scene.owner.post('/v1/workloads', body)).toMatchObject({ cluster: 'local' });
  });
});

describe('a registration is refused, with the next step and nothing stored, when', () => {
  const port = () => (stranger.address() as AddressInfo).port;
  const here = () => `https://127.0.0.1:${port()}`;
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    ['it is no kubeconfig', () => 'hello', /not a kubeconfig|current context/],
    ['it runs commands', () => kubeconfig({ server: here() }, { exec: { command: 'id' } }), /give a token/],
    [
      'it reads files',
      () => kubeconfig({ server: here(), 'certificate-authority': '/etc/passwd' }, { token: 't' }),
      /as data/,
    ],
    [
      'it verifies nothing',
      () => kubeconfig({ server: here(), 'insecure-skip-tls-verify': true }, { token: 't' }),
      /certificate-authority-data/,
    ],
    ['it speaks plain HTTP', () => kubeconfig({ server: 'http://127.0.0.1' }, { token: 't' }), /https/],
    ['nobody is in it', () => kubeconfig({ server: here() }, {}), /token nor a certificate/],
  ])('%s', async (_, text, said) => {
    const { status, body } = await register({ kind: 'kubeconfig', kubeconfig: text() });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'kubeconfig_invalid', detail: expect.stringMatching(said) });
    expect(body.errors).toMatchObject([{ pointer: '/credentials/kubeconfig' }]);
    expect(await clusters()).toHaveLength(1);
  });

  it.each([
    [
      'nobody is there',
      () => token('https://127.0.0.1:1', authority.certificateText()),
      /ECONNREFUSED.*Check the server/,
    ],
    ['its name is unknown', () => token('https://nowhere.invalid', authority.certificateText()), /DNS|EAI_AGAIN/],
    [
      'the authority is another',
      () => token(here(), '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----'),
      /authority/,
    ],
    ['the token has ended', () => token(here(), authority.certificateText(), 'ended'), /Issue another/],
    ['something else answers', () => token(here(), authority.certificateText()), /Something else answers/],
    [
      'a kubeconfig has another authority',
      () => ({
        kind: 'kubeconfig',
        kubeconfig: kubeconfig({ server: here(), 'certificate-authority-data': base64('none') }, { token: 't' }),
      }),
      /authority/,
    ],
  ])('%s', async (_, credentials, said) => {
    const { status, body } = await register(credentials());
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'cluster_unfit', detail: expect.stringMatching(said) });
    expect(body.errors).toMatchObject([{ pointer: '/credentials' }]);
    expect(await clusters()).toHaveLength(1);
  });

  it('has a token for Prometheus that is shown to nobody else, and kept for nobody', async () => {
    const { id } = await unaskedCluster(
      { service: platform.service, query: (sql, parameters) => platform.query(sql, parameters) },
      { url: 'https://prometheus.example' },
    );
    const patch = (body: object) => administrator.refusal('PATCH', `/v1/clusters/${id}`, body, { 'if-match': '*' });
    const moved = { gateway, prometheus: { url: 'https://elsewhere.example' } };
    expect(await patch({ settings: moved })).toMatchObject({
      ...{ status: 422, code: 'prometheus_moved', pointers: ['/settings/prometheus/url'] },
    });
    const spoken = { ...token('https://127.0.0.1:1', 'x'), prometheusToken: 'secret' };
    const forNobody = { name: 'berlin', credentials: spoken, settings: { gateway } };
    expect(await administrator.refusal('POST', '/v1/clusters', forNobody)).toMatchObject({
      ...{ status: 422, code: 'prometheus_missing', pointers: ['/settings/prometheus'] },
    });
    const text = JSON.stringify(await administrator.get(`/v1/clusters/${id}`));
    expect(text).toContain('https://prometheus.example');
    expect(text).not.toContain('prometheus-secret');
    await platform.query('update cluster set removed_at = now() where id = $1', [id]);
  });

  it.each([
    [{ name: 'B' }, '/name'],
    [{ settings: { gateway: { ...gateway, url: 'ftp://x' } } }, '/settings/gateway/url'],
    [{ credentials: token('http://127.0.0.1', 'x') }, '/credentials/server'],
    [{ credentials: token('https://127.0.0.1:1', 'x', 'two\nlines') }, '/credentials/token'],
    [{ settings: { gateway: { ...gateway, namespace: '../x' } } }, '/settings/gateway/namespace'],
    [{ settings: { gateway, ingressClass: 'A B' } }, '/settings/ingressClass'],
    [{ settings: { gateway, prometheus: { url: 'file:///etc/passwd' } } }, '/settings/prometheus/url'],
  ])('%j is sent', async (part, pointer) => {
    const body = { name: 'berlin', credentials: token('https://127.0.0.1:1', 'x'), settings: { gateway }, ...part };
    expect(await administrator.refusal('POST', '/v1/clusters', body)).toEqual({
      ...{ status: 422, code: 'validation_failed', pointers: [pointer] },
    });
  });
});
