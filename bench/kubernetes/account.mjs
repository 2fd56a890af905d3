// The platform's account in a cluster, as `k8s/rbac` makes it: the platform is measured with the rights that it has.
import { readFileSync } from 'node:fs';
import { loadAllYaml } from '@kubernetes/client-node';

const FILE = new URL('../../k8s/rbac/deployment-management.yaml', import.meta.url);
const ACCOUNT = '/api/v1/namespaces/berth-system/serviceaccounts/deployment-management';
const plurals = {
  ...{ Namespace: 'namespaces', ServiceAccount: 'serviceaccounts' },
  ...{ ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings' },
};

/** Answers a kubeconfig of the account. */
export async function installAccount(client, { server, authority }) {
  const { signal } = new AbortController();
  const ask = (method, path, body, contentType) => client.transport.ask({ method, path, body, contentType, signal });
  for (const body of loadAllYaml(readFileSync(FILE, 'utf8'))) {
    const { apiVersion, kind, metadata } = body;
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    const path = `${root}${scope}/${plurals[kind]}/${metadata.name}?fieldManager=bench`;
    await ask('PATCH', path, body, 'application/apply-patch+yaml');
  }
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { status } = await ask('POST', `${ACCOUNT}/token`, request);
  return kubeconfigOf({ server, authority, token: status.token });
}

function kubeconfigOf({ server, authority, token }) {
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'berth' },
    clusters: [{ name: 'berth', cluster }],
    users: [{ name: 'berth', user: { token } }],
    contexts: [{ name: 'berth', context: { cluster: 'berth', user: 'berth' } }],
  });
}
