// How each program of the control plane is started: its flags, and how one knows that it is ready.
import { join } from 'node:path';

const SERVICES = '10.96.0.0/16';
const PODS = '10.88.0.0/12';

/** @param {{folder: string, tools: string, ports: Record<string, number>, address: string}} where */
export function programsOf(where) {
  return { etcd: etcd(where), 'kube-apiserver': apiServer(where), ...clientsOf(where) };
}

function etcd({ folder, ports }) {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return flags({
    'data-dir': join(folder, 'etcd'),
    // A test's data may be lost with the machine, not with the process.
    'unsafe-no-fsync': true,
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
  });
}

function apiServer({ folder, ports, address }) {
  const file = (name) => join(folder, name);
  return flags({
    'etcd-servers': `http://127.0.0.1:${ports.etcd}`,
    'bind-address': address,
    'secure-port': ports.api,
    'tls-cert-file': file('apiserver.crt'),
    'tls-private-key-file': file('apiserver.key'),
    'client-ca-file': file('ca.crt'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    // So that Pod Security is what refuses a privileged pod, and not this server as a whole.
    'allow-privileged': true,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file('sa.key'),
    'service-account-signing-key-file': file('sa.key'),
    'service-cluster-ip-range': SERVICES,
    'kubelet-client-certificate': file('apiserver-kubelet.crt'),
    'kubelet-client-key': file('apiserver-kubelet.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'requestheader-client-ca-file': file('ca.crt'),
    'requestheader-allowed-names': 'front-proxy',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': file('front-proxy.crt'),
    'proxy-client-key-file': file('front-proxy.key'),
    profiling: false,
  });
}

function clientsOf({ folder, ports }) {
  const file = (name) => join(folder, name);
  const alone = { 'leader-elect': false, 'secure-port': 0, profiling: false };
  return {
    'kube-controller-manager': flags({
      ...alone,
      kubeconfig: file('controllers.kubeconfig'),
      'use-service-account-credentials': true,
      // At the default rate it takes five seconds until the first namespace has its service account.
      'kube-api-qps': 500,
      'kube-api-burst': 1000,
      // Autoscaling acts within seconds, on what is measured first.
      'horizontal-pod-autoscaler-sync-period': '1s',
      'horizontal-pod-autoscaler-cpu-initialization-period': '1s',
      'horizontal-pod-autoscaler-initial-readiness-delay': '0s',
      'horizontal-pod-autoscaler-downscale-stabilization': '1s',
      'service-account-private-key-file': file('sa.key'),
      'root-ca-file': file('ca.crt'),
      'cluster-signing-cert-file': file('ca.crt'),
      'cluster-signing-key-file': file('ca.key'),
      'allocate-node-cidrs': true,
      'cluster-cidr': PODS,
      'service-cluster-ip-range': SERVICES,
    }),
    'kube-scheduler': flags({ ...alone, kubeconfig: file('scheduler.kubeconfig') }),
    kwok: flags({
      kubeconfig: file('admin.kubeconfig'),
      config: join(folder, 'stages.yaml'),
      'manage-all-nodes': true,
      'node-lease-duration-seconds': 40,
      'server-address': `127.0.0.1:${ports.kwok}`,
      // The API server asks a node for the logs of its pods: every node is this process.
      'node-ip': '127.0.0.1',
      'node-port': ports.kwok,
      'tls-cert-file': file('apiserver.crt'),
      'tls-private-key-file': file('apiserver.key'),
    }),
  };
}

const flags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`);
