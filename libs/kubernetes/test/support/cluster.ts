import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Clock } from '@berth/service-kit';
import { FaultProxy } from '@berth/testing';
import { type ClusterAccess, KubeClient, type KubeObject, readKubeconfig, Transport } from '../../src/index.js';

export const never = new AbortController().signal;
export const clock = new Clock();

/** The cluster of this run, as its administrator. */
export const testAccess = (): ClusterAccess =>
  readKubeconfig(readFileSync(process.env['TEST_KUBECONFIG'] ?? '', 'utf8'));

export interface TestCluster {
  readonly access: ClusterAccess;
  readonly client: KubeClient;
  /** Stands between `client` and the API server. */
  readonly proxy: FaultProxy;
  /** Makes a namespace that `close` deletes. */
  namespace(labels?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

/** A client through a fault proxy, and namespaces of the test's own. */
export async function testCluster(access: ClusterAccess = testAccess()): Promise<TestCluster> {
  const { server: upstream, authority: ca, identity } = access;
  const own = identity && { cert: identity.certificate, key: identity.key };
  const proxy = new FaultProxy({ upstream, ...(ca && { ca }), ...own });
  const server = await proxy.listen();
  const client = new KubeClient(new Transport({ server, ...(access.token && { token: access.token }) }, clock));
  const made: KubeObject[] = [];
  return {
    access,
    client,
    proxy,
    namespace: async (labels = {}) => {
      const name = `test-${randomBytes(5).toString('hex')}`;
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
      made.push(await client.apply(namespace, never));
      return name;
    },
    close: async () => {
      proxy.heal();
      for (const namespace of made) await client.delete(namespace, never);
      client.transport.close();
      await proxy.close();
    },
  };
}

export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

export const configMap = (
  namespace: string,
  name: string,
  data: Record<string, string>,
  labels: Record<string, string> = {},
): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data });
