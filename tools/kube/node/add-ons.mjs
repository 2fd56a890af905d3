// What a cluster has beside its own programs: DNS, metrics and a gateway.
import { ADDRESS, DNS_SERVICE } from './settings.mjs';

const METRICS_PORT = 4_443;

const service = (name, spec) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'kube-system' },
  spec,
});

/** A Service that no pod stands behind, but this machine. */
const behind = (name, ports) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, namespace: 'kube-system', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports,
  endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
});

const role = (name, rules) => [
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }],
  },
];

const kinds = {
  Service: ['/api/v1', 'services'],
  ServiceAccount: ['/api/v1', 'serviceaccounts'],
  Namespace: ['/api/v1', 'namespaces'],
};

/** Where an object of any kind that is used here is applied. */
export function pathOf({ apiVersion, kind, metadata: { name, namespace } }) {
  const [root, plural] = kinds[kind] ?? [`/apis/${apiVersion}`, pluralOf(kind)];
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
}

const pluralOf = (kind) => `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;

const dnsPorts = ['UDP', 'TCP'].map((protocol) => ({ name: `dns-${protocol.toLowerCase()}`, port: 53, protocol }));
const dnsLabels = { 'k8s-app': 'kube-dns' };

/** A pod as on any cluster: policies let workloads ask the pods of its namespace. */
export const dns = (image) => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'coredns', namespace: 'kube-system' } },
  ...role('coredns', [
    { apiGroups: [''], resources: ['services', 'namespaces', 'pods'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ]),
  service('kube-dns', { clusterIP: DNS_SERVICE, selector: dnsLabels, ports: dnsPorts }),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: dnsLabels },
      template: {
        metadata: { labels: dnsLabels },
        spec: {
          serviceAccountName: 'coredns',
          dnsPolicy: 'Default',
          containers: [{ name: 'coredns', image, readinessProbe: { tcpSocket: { port: 53 }, periodSeconds: 1 } }],
        },
      },
    },
  },
];

export const metrics = [
  service('metrics-server', { ports: [{ name: 'https', port: 443, targetPort: METRICS_PORT }] }),
  behind('metrics-server', [{ name: 'https', port: METRICS_PORT, protocol: 'TCP' }]),
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      ...{ group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ insecureSkipTLSVerify: true, service: { name: 'metrics-server', namespace: 'kube-system' } },
    },
  },
];

export const metricsFlags = (folder) => [
  ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${folder}/admin.kubeconfig`,
  ),
  ...[`--bind-address=${ADDRESS}`, `--secure-port=${METRICS_PORT}`],
  ...[`--tls-cert-file=${folder}/apiserver.crt`, `--tls-private-key-file=${folder}/apiserver.key`],
  ...[
    '--kubelet-preferred-address-types=InternalIP',
    '--kubelet-use-node-status-port',
    `--kubelet-certificate-authority=${folder}/ca.crt`,
  ],
  // It must be longer than the ten seconds that a kubelet is given to answer.
  '--metric-resolution=15s',
];

const GATEWAY_API = 'gateway.networking.k8s.io';
const statuses = ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'backendtlspolicies'];

export const GATEWAY = { namespace: 'gateway', name: 'public' };

/** The class, and the Gateway that the platform's routes belong to; its listener is Traefik's own port. */
export const gateway = (port) => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: GATEWAY.namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'traefik', namespace: 'kube-system' } },
  ...role('traefik', [
    {
      apiGroups: [''],
      resources: ['namespaces', 'services', 'secrets', 'configmaps', 'nodes'],
      verbs: ['get', 'list', 'watch'],
    },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    { apiGroups: [GATEWAY_API, 'traefik.io'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [GATEWAY_API], resources: statuses.map((each) => `${each}/status`), verbs: ['update', 'patch'] },
  ]),
  {
    apiVersion: `${GATEWAY_API}/v1`,
    kind: 'GatewayClass',
    metadata: { name: 'traefik' },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  },
  {
    apiVersion: `${GATEWAY_API}/v1`,
    kind: 'Gateway',
    metadata: GATEWAY,
    spec: {
      gatewayClassName: 'traefik',
      listeners: [{ name: 'web', protocol: 'HTTP', port, allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  },
];
