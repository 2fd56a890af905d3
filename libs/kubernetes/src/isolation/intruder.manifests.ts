import type { KubeObject } from '../kube-object.js';
import { basePodSpec, containerSecurity } from '../manifests/pod.manifest.js';
import type { EnvironmentSpace } from '../manifests/settings.js';

export interface PodObject extends KubeObject {
  readonly spec: {
    readonly [field: string]: unknown;
    readonly volumes?: readonly PodVolume[];
    readonly containers: readonly Readonly<Record<string, unknown>>[];
  };
}

export interface PodVolume {
  readonly name: string;
  readonly secret?: object;
  readonly projected?: { readonly sources?: readonly Readonly<Record<string, unknown>>[] };
}

const SMALL = { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi' };
const SMALL_SIZE = { requests: SMALL, limits: SMALL };

/** A pod as tenants have them, but that it does not say whether it wants a token. */
export function modestPod(space: EnvironmentSpace, name = 'modest'): PodObject {
  const { automountServiceAccountToken: _, volumes, ...spec } = basePodSpec();
  // Nobody is to run it: the name need not be that of an image.
  const container = { name: 'main', image: 'none', resources: SMALL_SIZE, securityContext: containerSecurity };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: space.namespace } },
    spec: { ...spec, volumes: volumes as PodVolume[], terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

const withContainer = (pod: PodObject, more: object): PodObject => ({
  ...pod,
  spec: { ...pod.spec, containers: pod.spec.containers.map((each) => ({ ...each, ...more })) },
});

const withSpec = (pod: PodObject, more: object): PodObject => ({ ...pod, spec: { ...pod.spec, ...more } });

/** By what each asks for, pods that could take their node. */
export function dangerousPods(modest: PodObject): ReadonlyMap<string, PodObject> {
  const root = [...(modest.spec.volumes ?? []), { name: 'host', hostPath: { path: '/' } }];
  const asRoot = { ...containerSecurity, runAsNonRoot: false, runAsUser: 0 };
  return new Map([
    ['all privileges', withContainer(modest, { securityContext: { privileged: true } })],
    ['to be root', withContainer(withSpec(modest, { securityContext: {} }), { securityContext: asRoot })],
    ["its node's network", withSpec(modest, { hostNetwork: true })],
    ["its node's processes", withSpec(modest, { hostPID: true })],
    ["its node's files", withSpec(modest, { volumes: root })],
  ]);
}

/** By what each takes too much of, what is more than the tenant has. */
export function greedyObjects(
  { quota, namespace }: EnvironmentSpace,
  modest: PodObject,
): ReadonlyMap<string, KubeObject> {
  const { cpuMillicores = 0, memoryMib = 0 } = quota ?? {};
  const sized = (more: object) => {
    const size = { ...SMALL, ...more };
    return withContainer(modest, { resources: { requests: size, limits: size } });
  };
  const service = (type: string): KubeObject => {
    const spec = { type, selector: { none: 'none' }, ports: [{ port: 80 }] };
    return { ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'greedy', namespace } }, spec } as KubeObject;
  };
  return new Map([
    ['CPU', sized({ cpu: `${cpuMillicores + 1_000}m` })],
    ['memory', sized({ memory: `${memoryMib + 1_024}Mi` })],
    ['ports of nodes', service('NodePort')],
    ['load balancers', service('LoadBalancer')],
  ]);
}
