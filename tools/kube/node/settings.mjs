// The configuration files of a node's programs. Everything that they write lies in one folder.

export const NODE = 'berth-node';
/** An address of this machine that pods reach, on no network. */
export const ADDRESS = '10.89.0.1';
export const REGISTRY = '127.0.0.1:5000';
export const DNS_SERVICE = '10.96.0.10';
const PODS = '10.88.0.0/24';

export const registryOf = (folder) =>
  JSON.stringify({
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: `${folder}/registry` }, delete: { enabled: true } },
    http: { addr: REGISTRY },
  });

/** Routed, not bridged: what pods say to one another passes the host's forward hook, where policies are enforced. */
export const cniOf = (folder) => {
  const ipam = { type: 'host-local', dataDir: `${folder}/cni-addresses`, subnet: PODS, routes: [{ dst: '0.0.0.0/0' }] };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'berth',
    plugins: [{ type: 'ptp', ipMasq: false, ipam }, portmap],
  });
};

export const containerdOf = (folder) => `version = 3
root = "${folder}/containerd"
state = "${folder}/containerd-run"
[grpc]
  address = "${folder}/containerd.sock"
[ttrpc]
  address = "${folder}/containerd.sock.ttrpc"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${REGISTRY}/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
  # The score may only be raised where CAP_SYS_RESOURCE is missing.
  restrict_oom_score_adj = true
  # Unmounted with the rest of the folder: a namespace that stays keeps its route, and its address from the next pod.
  netns_mounts_under_state_dir = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "${folder}/cni"
[plugins."io.containerd.cri.v1.runtime".containerd]
  default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = "runc"
  SystemdCgroup = false
`;

export const kubeletOf = (folder, port) =>
  JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: ADDRESS,
    port,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${folder}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${folder}/kubelet.crt`,
    tlsPrivateKeyFile: `${folder}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    cgroupDriver: 'cgroupfs',
    // Also on machines whose cgroups are still of version 1.
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    podLogsDir: `${folder}/pod-logs`,
    volumePluginDir: `${folder}/volume-plugins`,
    resolvConf: `${folder}/resolv.conf`,
    clusterDomain: 'cluster.local',
    clusterDNS: [DNS_SERVICE],
    evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '5s',
  });

export const proxyOf = (folder, port) =>
  JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: `${folder}/proxy.kubeconfig` },
    clusterCIDR: PODS,
    hostnameOverride: NODE,
    healthzBindAddress: '',
    metricsBindAddress: `127.0.0.1:${port}`,
    oomScoreAdj: 0,
    conntrack: { maxPerCore: 0, min: 0 },
  });

export const corefile = `.:53 {
  errors
  cache 5
  kubernetes cluster.local in-addr.arpa {
    ttl 5
  }
}
`;

export const traefikOf = (folder, url, port) => {
  const api = { endpoint: url, token: `${folder}/traefik.token`, certAuthFilePath: `${folder}/ca.crt` };
  return JSON.stringify({
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO' },
    entryPoints: { web: { address: `127.0.0.1:${port}` } },
    providers: {
      kubernetesGateway: { ...api, statusAddress: { ip: '127.0.0.1' } },
      // The Middlewares that routes name.
      kubernetesCRD: api,
    },
  });
};
