import type { ClusterCheck, ClusterReport } from '@berth/contracts/deployment';
import { ApiError, isForbidden, isNotFound } from '../api-error.js';
import { type ClusterFacts, type ClusterProblem, discover, problemsOf } from '../discovery.js';
import { kinds } from '../kinds.js';
import type { KubeClient } from '../kube-client.js';
import type { ClusterSettings } from '../manifests/settings.js';
import {
  nameOfPermission,
  type Permission,
  priorityPermissions,
  requiredPermissions,
  storageUsePermission,
} from './required-permissions.js';
import { foreignPriorities } from './foreign-priorities.js';
import { cannotAsk } from './unreachable.js';
import { type Door, noMiddlewares, protectionRefusal } from './protection-refusal.js';

type Name = ClusterCheck['name'];

const passed = (name: Name, message: string): ClusterCheck => ({ name, outcome: 'passed', message, nextStep: null });
const found = (name: Name, outcome: 'warning' | 'failed', message: string, nextStep: string): ClusterCheck => ({
  ...{ name, outcome, message, nextStep },
});

/**
 * Looks at all that workloads need of a cluster, and says of each thing what to do where it is missing.
 *
 * Nothing is written there. Never throws for what is wrong with the cluster or the credentials; ends when `signal` does.
 */
export async function preflight(
  client: KubeClient,
  settings: Pick<ClusterSettings, 'gateway' | 'ingressClass'>,
  signal: AbortSignal,
): Promise<ClusterReport> {
  try {
    const facts = await discover(client, signal);
    const checks = [
      passed('reachable', 'Its API answers, with a certificate of the given authority.'),
      passed('accepted', 'It takes the token or certificate.'),
      ...factChecks(facts, settings.ingressClass),
      declarationCheck(facts),
      await permissionCheck(client, facts, signal),
      await storageUseCheck(client, signal),
      await priorityCheck(client, signal),
      ...(await doorChecks(client, facts, settings, signal)),
      await protectionCheck(client, facts, settings, signal),
      await storageCheck(client, signal),
      await podSecurityCheck(client, signal),
    ];
    return { isFit: checks.every(({ outcome }) => outcome !== 'failed'), version: facts.version, checks };
  } catch (error) {
    const check = cannotAsk(error);
    if (!check) throw error;
    return { isFit: false, version: null, checks: [check] };
  }
}

const nameOf: Record<ClusterProblem['code'], Name> = {
  version_too_old: 'version',
  gateway_api_missing: 'gateway',
  kind_missing: 'kinds',
  metrics_missing: 'metrics',
};

function factChecks(facts: ClusterFacts, ingressClass?: string): ClusterCheck[] {
  const problems = problemsOf(facts, ingressClass).map(({ code, severity, message, nextStep }) =>
    found(nameOf[code], severity === 'blocking' ? 'failed' : 'warning', message, nextStep),
  );
  const good: [Name, string][] = [
    ['version', `It is Kubernetes ${facts.version}.`],
    ['kinds', 'It serves every kind of object that workloads are made of.'],
    ['metrics', 'It serves metrics.k8s.io: there are live statistics.'],
  ];
  const fine = good.filter(([name]) => problems.every((each) => each.name !== name));
  return [...fine.map(([name, message]) => passed(name, message)), ...problems];
}

const declarationCheck = ({ hasDeclarations }: ClusterFacts): ClusterCheck => {
  if (hasDeclarations)
    return passed('declarations', 'It serves berth.dev: namespaces can be delegated to declare apps.');
  const message = 'It does not serve berth.dev: nothing can be declared there.';
  return found('declarations', 'warning', message, 'To have that: kubectl apply -f k8s/crds/berth.dev.yaml');
};

/** Resources of a group that the cluster does not serve are told of elsewhere. */
async function permissionCheck(client: KubeClient, facts: ClusterFacts, signal: AbortSignal): Promise<ClusterCheck> {
  const unserved = new Set(facts.missing.map(({ apiVersion }) => apiVersion.replace(/\/?v[0-9a-z]+$/, '')));
  if (!facts.hasDeclarations) unserved.add('berth.dev');
  const wanted = requiredPermissions.filter(
    ({ group, beside }) => group === '' || (!unserved.has(group) && !unserved.has(beside ?? group)),
  );
  const answers = await Promise.all(wanted.map(async (each) => ({ each, may: await mayI(client, each, signal) })));
  const missing = answers.filter(({ may }) => !may).map(({ each }) => nameOfPermission(each));
  if (missing.length === 0) return passed('permissions', 'It lets the platform do all that it has to.');
  const message = `It does not let the platform ${missing.join(', ')}.`;
  return found('permissions', 'failed', message, 'Grant it: kubectl apply -f k8s/rbac/deployment-management.yaml');
}

/** Nothing depends on it but what is shown: it is never taken for something that is missing. */
async function storageUseCheck(client: KubeClient, signal: AbortSignal): Promise<ClusterCheck> {
  if (await mayI(client, storageUsePermission, signal))
    return passed('storage-use', 'It lets the platform ask the nodes what storage is in use.');
  const message = 'The nodes may not be asked what storage is in use: only what is provisioned is shown.';
  const nextStep = 'To have it, if the platform may get into every pod: kubectl apply -f k8s/rbac/node-statistics.yaml';
  return found('storage-use', 'warning', message, nextStep);
}

/** Workloads run without it, too, all as important as each other. */
async function priorityCheck(client: KubeClient, signal: AbortSignal): Promise<ClusterCheck> {
  const answers = await Promise.all(priorityPermissions.map((each) => mayI(client, each, signal)));
  const told = (message: string, nextStep: string) =>
    found('priorities', 'warning', `Nothing gives way to production where it is short of room: ${message}`, nextStep);
  if (!answers.every(Boolean))
    return told(
      'the platform may not make its priority classes.',
      'To have it: kubectl apply -f k8s/rbac/deployment-management.yaml',
    );
  const foreign = await foreignPriorities(client, signal);
  if (foreign.length > 0)
    return told(`${foreign.join(', ')} is not the class that the platform makes.`, 'To have it: delete that class.');
  return passed('priorities', 'What is not production gives way to it where there is not room for all.');
}

async function mayI(client: KubeClient, permission: Permission, signal: AbortSignal): Promise<boolean> {
  const { verb, group, name } = permission;
  const [resource, subresource] = permission.resource.split('/');
  const what = { verb, group, resource, ...(subresource && { subresource }), ...(name && { name }) };
  const spec = { resourceAttributes: what };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { status } = await client.transport.ask<{ status: { allowed: boolean } }>({
    ...{ method: 'POST', path, body, signal },
  });
  return status.allowed;
}

/** Which door leads to workloads. None where there is none, which is told among the kinds. */
async function doorChecks(
  client: KubeClient,
  { missing }: ClusterFacts,
  { gateway, ingressClass }: Pick<ClusterSettings, 'gateway' | 'ingressClass'>,
  signal: AbortSignal,
): Promise<ClusterCheck[]> {
  if (missing.every(({ kind }) => kind !== 'HTTPRoute')) return [await gatewayCheck(client, gateway, signal)];
  return ingressClass === undefined ? [] : [await ingressCheck(client, ingressClass, signal)];
}

function gatewayCheck(
  client: KubeClient,
  { namespace, name }: ClusterSettings['gateway'],
  signal: AbortSignal,
): Promise<ClusterCheck> {
  const label = `Gateway ${namespace}/${name}`;
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways/${name}`;
  return looked('gateway', async () => {
    try {
      await client.transport.ask({ method: 'GET', path, signal });
      return passed('gateway', `${label} is there: routes are HTTPRoutes that belong to it.`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return found('gateway', 'failed', `There is no ${label}.`, 'Make it, or name the one that there is.');
    }
  });
}

function ingressCheck(client: KubeClient, name: string, signal: AbortSignal): Promise<ClusterCheck> {
  const path = `/apis/networking.k8s.io/v1/ingressclasses/${name}`;
  return looked('ingress', async () => {
    try {
      await client.transport.ask({ method: 'GET', path, signal });
      return passed('ingress', `It serves no Gateway API: routes are Ingresses of the class ${name}.`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const message = `It serves no Gateway API, and there is no class ${name} of Ingresses.`;
      return found('ingress', 'failed', message, 'Install the controller of that class, or name one that there is.');
    }
  });
}

/** Whether apps there can ask for passwords. Nothing else depends on it. */
async function protectionCheck(
  client: KubeClient,
  { missing }: ClusterFacts,
  { gateway, ingressClass }: Door,
  signal: AbortSignal,
): Promise<ClusterCheck> {
  const door: Door = { gateway, ...(missing.includes(kinds.httpRoute) && ingressClass && { ingressClass }) };
  const refusal = missing.includes(kinds.middleware) ? noMiddlewares : await protectionRefusal(client, door, signal);
  if (refusal === null)
    return passed('protections', 'Its gateway is Traefik: apps can be for who has a password, or for some addresses.');
  const nextStep = 'To have it: Traefik as the gateway, with its definitions and its provider kubernetesCRD.';
  return found('protections', 'warning', `No app can be kept from anybody: ${refusal}`, nextStep);
}

interface Classes {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const storageCheck = (client: KubeClient, signal: AbortSignal): Promise<ClusterCheck> =>
  looked('storage', async () => {
    const path = '/apis/storage.k8s.io/v1/storageclasses';
    const { items } = await client.transport.ask<Classes>({ method: 'GET', path, signal });
    if (items.length > 0)
      return passed('storage', `Storage classes: ${items.map((each) => each.metadata.name).join(', ')}.`);
    return found('storage', 'warning', 'It has no storage class.', 'Install one before workloads ask for volumes.');
  });

const LEVEL = 'pod-security.kubernetes.io/enforce';

/** Whoever looks at levels refuses one that there is not; where it is let through, nobody looks. Nothing is written. */
const podSecurityCheck = (client: KubeClient, signal: AbortSignal): Promise<ClusterCheck> =>
  looked('pod-security', async () => {
    const metadata = { name: 'berth-preflight', labels: { [LEVEL]: 'none-such' } };
    try {
      await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata }, signal, { dryRun: true });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.message.includes(LEVEL)) throw error;
      return passed('pod-security', 'It refuses pods that ask for more than the restricted level.');
    }
    const message = 'It does not enforce Pod Security: nothing would stop a pod that takes its node.';
    return found('pod-security', 'failed', message, 'Enable the PodSecurity admission plugin of its API server.');
  });

/** What may not be looked at is told among the permissions; here it only stays unknown. */
async function looked(name: Name, look: () => Promise<ClusterCheck>): Promise<ClusterCheck> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ApiError) || !isForbidden(error)) throw error;
    return found(name, 'warning', 'It may not be looked at.', 'Grant the permissions that are missing.');
  }
}
