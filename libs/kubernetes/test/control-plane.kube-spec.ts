import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'node:https';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a control plane is no library
import { type KubePlane, startKube } from '../../../tools/kube/kube.mjs';

interface Answer {
  readonly status: number;
  readonly body: { readonly message?: string; readonly items?: object[]; readonly status?: object };
}

/** Plain HTTPS with the administrator's certificate: this is about the server, not about our client. */
function ask(plane: KubePlane, method: string, path: string, body?: object): Promise<Answer> {
  const read = (name: string) => readFileSync(join(plane.folder, name));
  const options = {
    method,
    ca: read('ca.crt'),
    cert: read('admin.crt'),
    key: read('admin.key'),
    agent: false as const,
  };
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${plane.url}${path}`, { ...options, headers }, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) });
    });
    outgoing.once('error', reject).end(body && JSON.stringify(body));
  });
}

const configMap = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const pods = '/api/v1/namespaces/default/pods';
const maps = '/api/v1/namespaces/default/configmaps';
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const waiting = (reason: string, terminated?: object) => ({
  ...{ ready: false, state: { waiting: { reason } } },
  ...(terminated && { lastState: { terminated } }),
});

describe('the control plane of tests', () => {
  let plane: KubePlane;
  beforeAll(async () => {
    plane = await startKube({ nodes: 1 });
  }, 1_200_000);
  afterAll(() => plane.stop());

  it('has the Gateway API and a node that is ready', async () => {
    const routes = await ask(plane, 'GET', '/apis/gateway.networking.k8s.io/v1/httproutes');
    expect(routes).toMatchObject({ status: 200, body: { items: [] } });
    const nodes = await ask(plane, 'GET', '/api/v1/nodes');
    expect(nodes.body.items).toMatchObject([
      { status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) } },
    ]);
  });

  it('refuses a privileged pod where Pod Security says restricted', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'walled', labels } };
    expect((await ask(plane, 'POST', '/api/v1/namespaces', namespace)).status).toBe(201);
    const containers = [{ name: 'a', image: 'x.invalid/a', securityContext: { privileged: true } }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers } };
    const refused = await ask(plane, 'POST', '/api/v1/namespaces/walled/pods', pod);
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining('restricted') } });
  });

  it.each([
    ['1111', { phase: 'Running', containerStatuses: [{ ready: true }] }],
    ['dead', { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff', { exitCode: 1 })] }],
    ['feed', { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff', { reason: 'OOMKilled' })] }],
    ['0bad', { phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] }],
    ['0ff0', { phase: 'Running', containerStatuses: [{ ready: false, state: { running: expect.anything() } }] }],
  ])('plays a pod whose digest begins with %s', async (mark, status) => {
    const containers = [{ name: 'a', image: `x.invalid/a@sha256:${mark.padEnd(64, '0')}` }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `played-${mark}` }, spec: { containers } };
    await eventually(async () => expect((await ask(plane, 'POST', pods, pod)).status).toBe(201));
    await eventually(async () =>
      expect((await ask(plane, 'GET', `${pods}/played-${mark}`)).body.status).toMatchObject(status),
    );
  });

  it('has its data when the API server or the store was killed and started again', async () => {
    expect((await ask(plane, 'POST', maps, configMap('kept', { a: 'b' }))).status).toBe(201);
    await plane.kill('kube-apiserver');
    await expect(ask(plane, 'GET', `${maps}/kept`)).rejects.toThrow();
    await plane.kill('etcd');
    await plane.start('etcd');
    await plane.start('kube-apiserver');
    expect(await ask(plane, 'GET', `${maps}/kept`)).toMatchObject({ status: 200, body: { data: { a: 'b' } } });
  });

  it('leaves no process and no folder behind', async () => {
    const other = await startKube({ nodes: 0 });
    const pids = Object.values(other.pids());
    expect(pids.every(isAlive)).toBe(true);
    await other.stop();
    expect(pids.some(isAlive)).toBe(false);
    expect(existsSync(other.folder)).toBe(false);
  });
});
