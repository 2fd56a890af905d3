import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '@berth/kubernetes';
import { parseAllDocuments } from 'yaml';

const { signal: never } = new AbortController();

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** The rule is for objects of these names alone. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

const folder = join(import.meta.dirname, '../../../../k8s/rbac');
const documentsIn = (file: string) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((each) => each.toJS() as Document);
export const documents = documentsIn('deployment-management.yaml');
/** Which only an administrator applies who wants that. */
export const nodeStatistics = documentsIn('node-statistics.yaml');
const plurals: Readonly<Record<string, string>> = {
  ...{ Namespace: 'namespaces', ServiceAccount: 'serviceaccounts' },
  ...{ ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings' },
};

/** Installs the file as an administrator does, and answers a token of the account in it. */
export async function install(administrator: KubeClient): Promise<string> {
  await applyAll(administrator, documents);
  const path = '/api/v1/namespaces/berth-system/serviceaccounts/deployment-management/token';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const made = await administrator.transport.ask<{ status: { token: string } }>({
    ...{ method: 'POST', path, body, signal: never },
  });
  return made.status.token;
}

/** As `kubectl apply` does. */
export async function applyAll(administrator: KubeClient, bodies: readonly Document[]): Promise<void> {
  for (const body of bodies) {
    const { apiVersion, kind, metadata } = body;
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    const path = `${root}${scope}/${plurals[kind]}/${metadata.name}?fieldManager=administrator`;
    const contentType = 'application/apply-patch+yaml';
    await administrator.transport.ask({ method: 'PATCH', path, body, contentType, signal: never });
  }
}

/** A kubeconfig of that account, as an administrator would hand it over. */
export function kubeconfigOf(server: string, authority: string, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'berth' },
    clusters: [{ name: 'berth', cluster }],
    users: [{ name: 'berth', user: { token } }],
    contexts: [{ name: 'berth', context: { cluster: 'berth', user: 'berth' } }],
  });
}
