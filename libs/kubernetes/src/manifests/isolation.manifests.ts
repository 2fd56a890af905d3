import type { KubeObject } from '../kube-object.js';
import { environmentLabels } from './labels.js';
import type { ClusterSettings, EnvironmentSpace } from './settings.js';

/** Account of all pods of an environment: it may do nothing, and no pod gets its token. */
export const POD_ACCOUNT = 'workload';

// RFC 1918, 6598, 3927, 4193, 4291: what is not public, the cloud's metadata service among it.
const PRIVATE_4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'];
const PRIVATE_6 = ['fc00::/7', 'fe80::/10', '::1/128', '64:ff9b::/96'];

/** Namespace, walls and limits of an environment, in the order in which they must be there. */
export function isolationManifests(
  space: EnvironmentSpace,
  settings: Pick<ClusterSettings, 'dnsNamespace'>,
): KubeObject[] {
  return [
    namespace(space),
    policy(space, 'default-deny', { policyTypes: ['Ingress', 'Egress'] }),
    policy(space, 'allow-dns', { policyTypes: ['Egress'], egress: [dns(settings)] }),
    ...(space.internet ? [policy(space, 'allow-internet', { policyTypes: ['Egress'], egress: [internet] })] : []),
    serviceAccount(space),
    limitRange(space),
    ...(space.quota ? [resourceQuota(space, space.quota)] : []),
  ];
}

function namespace(space: EnvironmentSpace): KubeObject {
  const levels = ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']);
  const labels = { ...environmentLabels(space), ...Object.fromEntries(levels) };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: space.namespace, labels } };
}

const inside = (space: EnvironmentSpace, name: string) => ({
  name,
  namespace: space.namespace,
  labels: environmentLabels(space),
});

/** Of all pods of the environment. */
function policy(space: EnvironmentSpace, name: string, spec: object): KubeObject {
  const metadata = inside(space, name);
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata },
    ...{ spec: { podSelector: {}, ...spec } },
  } as KubeObject;
}

const dns = ({ dnsNamespace }: Pick<ClusterSettings, 'dnsNamespace'>) => ({
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': dnsNamespace } } }],
  ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })),
});

const internet = {
  to: [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_4 } }, { ipBlock: { cidr: '::/0', except: PRIVATE_6 } }],
};

function serviceAccount(space: EnvironmentSpace): KubeObject {
  const metadata = inside(space, POD_ACCOUNT);
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false } as KubeObject;
}

/** So that a container without limits, which the platform never makes, could not take a node. */
function limitRange(space: EnvironmentSpace): KubeObject {
  const limit = { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '1Gi' };
  const limits = [{ type: 'Container', default: limit, defaultRequest: limit }];
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: inside(space, 'limits'), spec: { limits } } as KubeObject;
}

function resourceQuota(space: EnvironmentSpace, quota: NonNullable<EnvironmentSpace['quota']>): KubeObject {
  const cpu = `${quota.cpuMillicores}m`;
  const memory = `${quota.memoryMib}Mi`;
  const hard = {
    ...{ 'requests.cpu': cpu, 'limits.cpu': cpu, 'requests.memory': memory, 'limits.memory': memory },
    pods: String(quota.pods),
    ...(quota.storageMib !== undefined && { 'requests.storage': `${quota.storageMib}Mi` }),
    // Ways around the gateway and the walls.
    ...{ 'services.nodeports': '0', 'services.loadbalancers': '0' },
  };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: inside(space, 'quota'), spec: { hard } } as KubeObject;
}
