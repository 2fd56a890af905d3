import type { IsolationWall } from '@berth/contracts/deployment';
import { ApiError, isForbidden } from '../api-error.js';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject } from '../kube-object.js';
import { POD_ACCOUNT } from '../manifests/isolation.manifests.js';
import { dangerousPods, greedyObjects, modestPod, type PodObject, type PodVolume } from './intruder.manifests.js';
import type { Tenants } from './tenants.js';
import { broken, holds, unproven } from './wall.js';

/**
 * Walls that the API server keeps, tried on tenants that are there: all that is tried is refused, or is a dry run. Null in
 * the place of a wall: the cluster does not know yet, ask again.
 *
 * @throws ApiError, ClusterUnreachable
 */
export async function apiWalls(
  client: KubeClient,
  tenants: Tenants,
  signal: AbortSignal,
): Promise<(IsolationWall | null)[]> {
  const modest = modestPod(tenants.intruder);
  const tried = (object: KubeObject) => admission(client, object, signal);
  const admitted = await tried(modest);
  return [
    await secretWall(client, tenants, signal),
    tokenWall(admitted),
    await quotaWall(greedyObjects(tenants.intruder, modest), admitted, tried),
    await podSecurityWall(dangerousPods(modest), tried),
  ];
}

/** What would be there, or why nothing would. */
type Admission = { readonly object: KubeObject } | { readonly refusal: string };

async function admission(client: KubeClient, object: KubeObject, signal: AbortSignal): Promise<Admission> {
  try {
    return { object: await client.apply(object, signal, { dryRun: true }) };
  } catch (error) {
    if (!(error instanceof ApiError) || !isForbidden(error)) throw error;
    return { refusal: error.message };
  }
}

type Attempt = (object: KubeObject) => Promise<Admission>;

/** A quota counts only once the cluster has counted what is there. */
const isUncounted = (refusal: string): boolean => refusal.includes('status unknown for quota');

async function secretWall(client: KubeClient, tenants: Tenants, signal: AbortSignal): Promise<IsolationWall> {
  const { intruder, neighbour } = tenants;
  const user = `system:serviceaccount:${intruder.namespace}:${POD_ACCOUNT}`;
  const asked = [intruder.namespace, neighbour.namespace].flatMap((namespace) =>
    ['get', 'list'].map((verb) => ({ namespace, verb })),
  );
  const open: string[] = [];
  for (const { namespace, verb } of asked) {
    const attributes = { verb, group: '', resource: 'secrets', namespace };
    if (await may(client, user, attributes, signal))
      open.push(`${verb} those of ${namespace === intruder.namespace ? 'its own environment' : 'another tenant'}`);
  }
  if (open.length === 0) return holds('secret', 'The account of pods may read no secret, neither there nor elsewhere.');
  const nextStep =
    'Find the binding that grants it (kubectl get clusterrolebindings,rolebindings -A -o wide), and remove it.';
  return broken('secret', `The account of pods may read secrets: ${open.join(', ')}.`, nextStep);
}

async function may(
  client: KubeClient,
  user: string,
  resourceAttributes: object,
  signal: AbortSignal,
): Promise<boolean> {
  const [, , namespace] = user.split(':');
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  const spec = { user, groups, resourceAttributes };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const { status } = await client.transport.ask<{ status: { allowed: boolean } }>({
    ...{ method: 'POST', path, body, signal },
  });
  return status.allowed;
}

function tokenWall(modest: Admission): IsolationWall | null {
  if ('refusal' in modest) return notAdmitted('token', modest.refusal);
  const { volumes = [] } = (modest.object as PodObject).spec;
  if (!volumes.some(holdsToken)) return holds('token', 'A pod that says nothing of tokens gets none.');
  return broken(
    'token',
    'A pod gets a token for the API of the cluster.',
    `See who changed the service account "${POD_ACCOUNT}", or adds volumes to pods (kubectl get mutatingwebhookconfigurations).`,
  );
}

/** Token of an account, projected as since Kubernetes 1.21, or the secret that was mounted before. */
const holdsToken = ({ secret, projected }: PodVolume): boolean =>
  secret !== undefined || (projected?.sources ?? []).some((source) => 'serviceAccountToken' in source);

async function quotaWall(
  greedy: ReadonlyMap<string, KubeObject>,
  modest: Admission,
  tried: Attempt,
): Promise<IsolationWall | null> {
  if ('refusal' in modest) return notAdmitted('quota', modest.refusal);
  const open: string[] = [];
  for (const [what, object] of greedy) {
    const answer = await tried(object);
    if ('object' in answer) open.push(what);
    else if (isUncounted(answer.refusal)) return null;
    else if (!answer.refusal.includes('exceeded quota')) return otherwise('quota', answer.refusal);
  }
  if (open.length === 0) return holds('quota', 'What is more than the tenant has is refused; what it has is not.');
  const nextStep = 'See that the API server runs the ResourceQuota admission plugin, and the controller manager runs.';
  return broken('quota', `A tenant gets more than it has: ${open.join(', ')}.`, nextStep);
}

async function podSecurityWall(dangerous: ReadonlyMap<string, KubeObject>, tried: Attempt): Promise<IsolationWall> {
  const open: string[] = [];
  for (const [what, object] of dangerous) {
    const answer = await tried(object);
    if ('object' in answer) open.push(what);
    else if (!answer.refusal.includes('violates PodSecurity')) return otherwise('pod-security', answer.refusal);
  }
  if (open.length === 0) return holds('pod-security', 'Pods that ask for more than the restricted level are refused.');
  const nextStep =
    'Enable the PodSecurity admission plugin of the API server, without exemptions for these namespaces.';
  return broken('pod-security', `A pod may have ${open.join(', ')}.`, nextStep);
}

/** Where a pod as all are is refused, that others are refused says nothing. */
function notAdmitted(name: 'token' | 'quota', refusal: string): IsolationWall | null {
  if (isUncounted(refusal)) return null;
  return unproven(
    name,
    `An ordinary pod is refused: ${refusal}`,
    'See what refuses it; workloads will not run either.',
  );
}

const otherwise = (name: IsolationWall['name'], refusal: string): IsolationWall =>
  unproven(name, `It was refused, but not by this wall: ${refusal}`, 'Look again when what refused it lets it pass.');
