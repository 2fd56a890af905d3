import { priorityNames } from '../manifests/priority.manifests.js';

/** One thing that may be asked of the API, as RBAC names it. */
export interface Permission {
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  /** `pods`, `pods/log`. */
  readonly resource: string;
  /** It is asked for only where the cluster serves this group, too. */
  readonly beside?: string;
  /** Only of the object of that name; absent: of all. */
  readonly name?: string;
}

const KEPT = ['list', 'watch', 'create', 'patch'];
const OWNED = [...KEPT, 'delete'];
const SEEN = ['list', 'watch'];

type Need = readonly [group: string, resources: readonly string[], verbs: readonly string[], beside?: string];

const needs: readonly Need[] = [
  ['', ['namespaces'], OWNED],
  ['', ['serviceaccounts', 'limitranges', 'resourcequotas'], KEPT],
  ['', ['configmaps', 'secrets', 'services'], OWNED],
  ['', ['persistentvolumeclaims'], OWNED],
  ['apps', ['deployments', 'statefulsets'], OWNED],
  ['autoscaling', ['horizontalpodautoscalers'], OWNED],
  ['batch', ['jobs'], OWNED],
  ['networking.k8s.io', ['networkpolicies', 'ingresses'], OWNED],
  ['policy', ['poddisruptionbudgets'], OWNED],
  ['gateway.networking.k8s.io', ['httproutes'], OWNED],
  ['traefik.io', ['middlewares'], OWNED],
  ['', ['pods'], KEPT],
  ['authorization.k8s.io', ['subjectaccessreviews'], ['create']],
  ['apps', ['replicasets'], SEEN],
  ['discovery.k8s.io', ['endpointslices'], SEEN],
  ['', ['events'], ['list']],
  ['', ['pods/log'], ['get']],
  ['', ['pods/exec', 'pods/portforward'], ['get', 'create']],
  ['metrics.k8s.io', ['pods'], ['list']],
  ['berth.dev', ['apps', 'environments', 'workloads'], ['get', ...SEEN]],
  ['berth.dev', ['apps/status', 'environments/status', 'workloads/status'], ['patch']],
  ['gateway.networking.k8s.io', ['gateways'], ['get']],
  ['gateway.networking.k8s.io', ['gatewayclasses'], ['get'], 'traefik.io'],
  ['networking.k8s.io', ['ingressclasses'], ['get']],
  ['storage.k8s.io', ['storageclasses'], ['list']],
];

/** All that the platform cannot do without: with `priorityPermissions` what `k8s/rbac/deployment-management.yaml` grants. */
export const requiredPermissions: readonly Permission[] = needs.flatMap(([group, resources, verbs, beside]) =>
  resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource, ...(beside && { beside }) }))),
);

const classes = { group: 'scheduling.k8s.io', resource: 'priorityclasses' } as const;

/** With these pods name the class of their environment, without they name none. Of our own classes alone, as far as they are made. */
export const priorityPermissions: readonly Permission[] = [
  ...SEEN.map((verb) => ({ verb, ...classes })),
  ...['create', 'patch'].flatMap((verb) => priorityNames.map((name) => ({ verb, ...classes, name }))),
];

/** What `k8s/rbac/node-statistics.yaml` grants beside that, where its administrator wants to: it opens every pod of the cluster. */
export const storageUsePermission: Permission = { verb: 'get', group: '', resource: 'nodes/proxy' };

/** `patch deployments.apps`, `get pods/log`. */
export const nameOfPermission = ({ verb, group, resource }: Permission): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
