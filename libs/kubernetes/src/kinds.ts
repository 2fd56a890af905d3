/** Where a kind of object is found. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const define = (apiVersion: string, kind: string, plural: string, namespaced = true): Kind =>
  Object.freeze({ apiVersion, kind, plural, namespaced });

/** Every kind that the platform reads or writes. All are stable in Kubernetes 1.26 but the Gateway API's and Traefik's, which are additions. */
export const kinds = {
  namespace: define('v1', 'Namespace', 'namespaces', false),
  serviceAccount: define('v1', 'ServiceAccount', 'serviceaccounts'),
  resourceQuota: define('v1', 'ResourceQuota', 'resourcequotas'),
  limitRange: define('v1', 'LimitRange', 'limitranges'),
  configMap: define('v1', 'ConfigMap', 'configmaps'),
  secret: define('v1', 'Secret', 'secrets'),
  service: define('v1', 'Service', 'services'),
  pod: define('v1', 'Pod', 'pods'),
  deployment: define('apps/v1', 'Deployment', 'deployments'),
  statefulSet: define('apps/v1', 'StatefulSet', 'statefulsets'),
  persistentVolumeClaim: define('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  job: define('batch/v1', 'Job', 'jobs'),
  replicaSet: define('apps/v1', 'ReplicaSet', 'replicasets'),
  endpointSlice: define('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  networkPolicy: define('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  podDisruptionBudget: define('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  horizontalPodAutoscaler: define('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  ingress: define('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  httpRoute: define('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  priorityClass: define('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', false),
  middleware: define('traefik.io/v1alpha1', 'Middleware', 'middlewares'),
} as const;

export type KindName = keyof typeof kinds;

/** What people declare in a cluster instead of asking the API; an addition, too. Only its status is ever written. */
export const declaredKinds = {
  app: define('berth.dev/v1alpha1', 'App', 'apps'),
  environment: define('berth.dev/v1alpha1', 'Environment', 'environments'),
  workload: define('berth.dev/v1alpha1', 'Workload', 'workloads'),
} as const;

export type DeclaredKindName = keyof typeof declaredKinds;

const all: readonly Kind[] = Object.values(kinds);

/** @throws Error for a kind that is not in the table: nothing else is ever applied */
export function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Kind {
  const found = all.find((each) => each.apiVersion === apiVersion && each.kind === kind);
  if (!found) throw new Error(`The platform does not handle ${apiVersion} ${kind}.`);
  return found;
}

/** Path of a collection, or of one object; without a namespace: of all namespaces. */
export function pathOf(kind: Kind, namespace?: string, name?: string): string {
  const group = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${group}${scope}/${kind.plural}${tail}`;
}
