import { describe, expect, it } from '@jest/globals';
import { podPatch } from '../src/common.js';
import { describeBody, long, wrongIn } from './support/body.js';

const match = (over: object) => ({
  nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'Exists', ...over }] }],
});
const required = (over: object) => ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: match(over) } });
const toleration = {
  key: 'node.kubernetes.io/unreachable',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 30,
};
const cache = { name: 'scratch-cache', emptyDir: { sizeLimit: '64Mi' } };
const exec = { exec: { command: ['/bin/warm-up'] } };
const main = {
  name: 'web',
  volumeMounts: [{ name: 'scratch-cache', mountPath: '/var/cache' }],
  lifecycle: { postStart: exec },
};

describeBody({
  name: 'a patch',
  schema: podPatch,
  valid: {
    metadata: { annotations: { 'prometheus.io/scrape': 'true' } },
    spec: { ...{ volumes: [cache], containers: [main], tolerations: [toleration] }, affinity: required({}) },
  },
  takes: [
    ['/metadata', undefined],
    ['/spec', undefined],
    ['/spec/terminationGracePeriodSeconds', 120],
    ['/spec/affinity', required({ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a', 'b'] })],
    ...['topology.kubernetes.io/region', 'node.kubernetes.io/instance-type', 'kubernetes.io/os'].map(
      (key) => ['/spec/affinity', required({ key, operator: 'NotIn', values: [''] })] as const,
    ),
    ['/spec/dnsConfig', { options: [{ name: 'ndots', value: '1' }, { name: 'use-vc' }] }],
    ['/spec/securityContext', { runAsUser: 1_000, runAsGroup: 1_000 }],
    ['/spec/volumes/0/emptyDir', { sizeLimit: '1024Mi', medium: 'Memory' }],
    ['/spec/containers/0/volumeMounts/0/mountPath', '/dev/shm'],
    ['/spec/containers/0/lifecycle', { preStop: exec }],
    ['/spec/containers/0/workingDir', '/app'],
  ],
  refuses: [
    // Who it is to the platform and to the cluster.
    ['/metadata', { annotations: {}, labels: { a: 'b' } }],
    ['/metadata', { annotations: {}, namespace: 'kube-system' }],
    ['/metadata/annotations', { 'berth.dev/release': '1' }, '/metadata/annotations/berth.dev/release'],
    [
      '/metadata/annotations',
      { 'k8s.v1.cni.cncf.io/networks': 'x' },
      '/metadata/annotations/k8s.v1.cni.cncf.io/networks',
    ],
    ['/metadata/annotations', { 'prometheus.io/a': '\n' }, '/metadata/annotations/prometheus.io/a'],
    ['/metadata/annotations', { 'prometheus.io/a': long(1_001) }, '/metadata/annotations/prometheus.io/a'],
    // Where it runs.
    ['/spec/affinity', { podAffinity: {}, nodeAffinity: {} }],
    // Storage drivers, clouds and operators write names of nodes into labels of their own.
    ...[
      ...['kubernetes.io/hostname', 'node-role.kubernetes.io/control-plane', 'a.k8s.io/b', 'topology.topolvm.io/node'],
      ...['openebs.io/nodename', 'alpha.eksctl.io/instance-id', 'example.com/disk', 'hostname', 'disk', 'no key', ''],
    ].map(
      (key) =>
        [
          '/spec/affinity',
          required({ key }),
          '/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/key',
        ] as const,
    ),
    ['/spec/tolerations/0/key', 'node-role.kubernetes.io/control-plane'],
    ['/spec/tolerations/0/key', undefined],
    ['/spec/tolerations/0/tolerationSeconds', undefined],
    ['/spec/tolerations', [toleration, toleration], '/spec/tolerations/1'],
    ['/spec/dnsConfig', { nameservers: ['203.0.113.1'], options: [] }],
    ['/spec/dnsConfig', { options: [{ name: 'search' }] }, '/spec/dnsConfig/options/0/name'],
    // As whom.
    ['/spec/securityContext', { runAsUser: 0 }, '/spec/securityContext/runAsUser'],
    ['/spec/securityContext', { runAsGroup: 0 }, '/spec/securityContext/runAsGroup'],
    ['/spec/securityContext', { runAsUser: 2 ** 31 }, '/spec/securityContext/runAsUser'],
    // What it reaches of the node or of others.
    ['/spec/volumes/0', { name: 'scratch-cache', hostPath: { path: '/' } }],
    ['/spec/volumes/0', { ...cache, projected: { sources: [] } }],
    ['/spec/volumes/0/name', 'tmp'],
    ['/spec/volumes/0/emptyDir', {}, '/spec/volumes/0/emptyDir/sizeLimit'],
    ['/spec/volumes/0/emptyDir/sizeLimit', '1025Mi'],
    ['/spec/volumes/0/emptyDir/sizeLimit', '1Gi'],
    ['/spec/volumes', [cache, cache], '/spec/volumes/1'],
    ['/spec/volumes', [], '/spec/containers/0/volumeMounts/0/name'],
    ...['/', '/tmp', '/tmp/x', '/proc', '/sys/fs', '/dev', '/dev/sda', '/a/../proc', 'var', '/a b', '/a//b'].map(
      (path) => ['/spec/containers/0/volumeMounts/0/mountPath', path] as const,
    ),
    // A folder of the node's that is open when the runtime goes there is a way out (CVE-2024-21626).
    ...['/proc/self/fd/8', '/proc', '/sys/fs/cgroup', '/dev/fd/8', '/app/../proc/self/fd/8', '/app/.', '/', 'app'].map(
      (path) => ['/spec/containers/0/workingDir', path] as const,
    ),
    [
      '/spec/containers/0/volumeMounts/0',
      { name: 'scratch-cache', mountPath: '/x', mountPropagation: 'Bidirectional' },
    ],
    // The kubelet would ask, from the node.
    [
      '/spec/containers/0/lifecycle/postStart',
      { httpGet: { host: '169.254.169.254', port: 80 } },
      '/spec/containers/0/lifecycle/postStart/exec',
    ],
    ['/spec/containers', [main, main]],
    ['/spec/containers', []],
    ['/spec/terminationGracePeriodSeconds', 14],
    ['/spec/terminationGracePeriodSeconds', 121],
  ],
});

describe('a patch says nothing of', () => {
  it.each([
    ...['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace', 'enableServiceLinks', 'hostname'],
    ...[
      'serviceAccountName',
      'serviceAccount',
      'automountServiceAccountToken',
      'nodeName',
      'nodeSelector',
      'hostAliases',
    ],
    ...['runtimeClassName', 'schedulerName', 'priorityClassName', 'priority', 'preemptionPolicy', 'dnsPolicy', 'os'],
    ...['initContainers', 'ephemeralContainers', 'imagePullSecrets', 'resources', 'resourceClaims', 'restartPolicy'],
    ...['topologySpreadConstraints', 'activeDeadlineSeconds', 'readinessGates', 'overhead', 'setHostnameAsFQDN'],
  ])('%s of its pods', (field) => {
    expect(podPatch.safeParse({ spec: { [field]: {} } }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', path: ['spec'], keys: [field] },
    ]);
  });

  it.each([
    ...['image', 'imagePullPolicy', 'command', 'args', 'env', 'envFrom', 'ports', 'resources', 'resizePolicy'],
    ...[
      'securityContext',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'volumeDevices',
      'restartPolicy',
      'stdin',
    ],
  ])('%s of its container', (field) => {
    expect(wrongIn(podPatch, { spec: { containers: [{ name: 'web', [field]: {} }] } })).toEqual(['/spec/containers/0']);
  });

  it.each([
    'fsGroup',
    'supplementalGroups',
    'sysctls',
    'seccompProfile',
    'seLinuxOptions',
    'runAsNonRoot',
    'windowsOptions',
  ])('%s of its security', (field) =>
    expect(wrongIn(podPatch, { spec: { securityContext: { [field]: {} } } })).toEqual(['/spec/securityContext']),
  );
});
