import { isNotFound } from './api-error.js';
import { declaredKinds, type Kind, kinds } from './kinds.js';
import type { KubeClient } from './kube-client.js';

/** Oldest minor version of Kubernetes 1 that has every stable API we use. */
const OLDEST_MINOR = 26;

export interface ServerVersion {
  /** As the server says it: `v1.36.3`. */
  readonly version: string;
  readonly minor: number;
}

export interface ClusterFacts extends ServerVersion {
  /** Kinds of ours that the cluster does not serve. */
  readonly missing: readonly Kind[];
  /** Whether live statistics can be had. */
  readonly hasMetrics: boolean;
  /** Whether people can declare apps, environments and workloads there. */
  readonly hasDeclarations: boolean;
}

/** What keeps a cluster from running workloads, with the next step; `degraded` when only a part is missing. */
export interface ClusterProblem {
  readonly code: 'version_too_old' | 'gateway_api_missing' | 'kind_missing' | 'metrics_missing';
  readonly severity: 'blocking' | 'degraded';
  readonly message: string;
  readonly nextStep: string;
}

/** Asks the cluster for its version and for every kind the platform handles. Throws ApiError or ClusterUnreachable. */
export async function discover(client: KubeClient, signal: AbortSignal): Promise<ClusterFacts> {
  const version = await serverVersion(client, signal);
  const groups = [...new Set(Object.values(kinds).map(({ apiVersion }) => apiVersion))];
  const served = new Map<string, ReadonlySet<string>>();
  for (const group of groups) served.set(group, await resourcesOf(client, group, signal));
  return {
    ...version,
    missing: Object.values(kinds).filter(({ apiVersion, plural }) => !served.get(apiVersion)?.has(plural)),
    hasMetrics: (await resourcesOf(client, 'metrics.k8s.io/v1beta1', signal)).has('pods'),
    hasDeclarations: await servesDeclared(client, signal),
  };
}

async function servesDeclared(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const served = await resourcesOf(client, declaredKinds.app.apiVersion, signal);
  return Object.values(declaredKinds).every(({ plural }) => served.has(plural));
}

/** Which Kubernetes it is. Throws ApiError or ClusterUnreachable. */
export async function serverVersion(client: KubeClient, signal: AbortSignal): Promise<ServerVersion> {
  const { gitVersion, minor } = await ask<{ gitVersion: string; minor: string }>(client, '/version', signal);
  // Some providers answer `31+`.
  return { version: gitVersion, minor: Number.parseInt(minor, 10) };
}

/** Empty when the facts are good. With a class of Ingresses the Gateway API is not needed. */
export function problemsOf(
  { version, minor, missing, hasMetrics }: ClusterFacts,
  ingressClass?: string,
): ClusterProblem[] {
  const isOld = !(minor >= OLDEST_MINOR);
  return [
    ...(isOld
      ? [blocking('version_too_old', `It is Kubernetes ${version}.`, `Upgrade it to 1.${OLDEST_MINOR} or later.`)]
      : []),
    ...missing.filter((kind) => isNeeded(kind, ingressClass)).map(missingKind),
    ...(hasMetrics ? [] : [noMetrics]),
  ];
}

const noMetrics: ClusterProblem = {
  ...{ code: 'metrics_missing', severity: 'degraded' },
  message: 'It serves no metrics.k8s.io: there are no live statistics.',
  nextStep: 'Install metrics-server.',
};

/** With these there is more that can be done; nothing fails for want of them. */
const isNeeded = (kind: Kind, ingressClass?: string): boolean =>
  kind !== kinds.middleware && kind !== kinds.priorityClass && (ingressClass === undefined || !isOfGateway(kind));

const isOfGateway = ({ apiVersion }: Kind): boolean => apiVersion.startsWith('gateway.networking.k8s.io');

const installDoor = 'Install the Gateway API and a controller for it, or name a class of Ingresses (--ingress-class).';

function missingKind(missing: Kind): ClusterProblem {
  const { apiVersion, kind } = missing;
  if (isOfGateway(missing)) return blocking('gateway_api_missing', `It serves no ${kind}.`, installDoor);
  return blocking('kind_missing', `It serves no ${kind} of ${apiVersion}.`, 'Use a conformant cluster.');
}

const blocking = (code: ClusterProblem['code'], message: string, nextStep: string): ClusterProblem => ({
  ...{ code, severity: 'blocking', message, nextStep },
});

const ask = <Answer>(client: KubeClient, path: string, signal: AbortSignal): Promise<Answer> =>
  client.transport.ask<Answer>({ method: 'GET', path, signal });

/** Plurals that one version of a group serves; none when it serves no such group. */
async function resourcesOf(client: KubeClient, apiVersion: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  try {
    const { resources } = await ask<{ resources: { name: string }[] }>(client, path, signal);
    return new Set(resources.map(({ name }) => name));
  } catch (error) {
    if (isNotFound(error)) return new Set();
    throw error;
  }
}
