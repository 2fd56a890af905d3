import { readFileSync } from 'node:fs';
import { type ClusterAccess, inClusterAccess, readKubeconfig } from '@berth/kubernetes';
import type { Clock } from '@berth/service-kit';
import { prometheusAt } from '../prometheus/prometheus-at.js';
import type { ClusterVariables } from './cluster-variables.js';
import { type ClusterSetup, kubernetesRuntime, type KubernetesRuntime } from './kubernetes-runtime.js';

export const configuredCluster = (variables: ClusterVariables, clock: Clock): KubernetesRuntime =>
  kubernetesRuntime(clusterOf(variables, clock), clock);

/** @throws Error or KubeconfigInvalid, with the variable that is to be mended */
export function clusterOf(variables: ClusterVariables, clock: Clock): ClusterSetup {
  const { CLUSTER_GATEWAY_URL: gatewayUrl, CLUSTER_GATEWAY: gateway, CLUSTER_INGRESS_CLASS: ingressClass } = variables;
  if (!gatewayUrl)
    throw new Error('RUNTIME=kubernetes needs CLUSTER_GATEWAY_URL: where the gateway of the cluster answers.');
  return {
    access: accessOf(variables, clock),
    settings: {
      ...{ registry: variables.CLUSTER_REGISTRY, dnsNamespace: variables.CLUSTER_DNS_NAMESPACE },
      ...{ gateway, ...(ingressClass !== undefined && { ingressClass }) },
    },
    gatewayUrl,
    ...prometheusOf(variables),
  };
}

/** Whoever sets the installation up chooses any address. */
function prometheusOf(variables: ClusterVariables): Pick<ClusterSetup, 'prometheus'> {
  const { CLUSTER_PROMETHEUS_URL: url, CLUSTER_PROMETHEUS_TOKEN_FILE: file } = variables;
  if (url === undefined) return {};
  const token = file === undefined ? {} : { token: readFileSync(file, 'utf8').trim() };
  return { prometheus: prometheusAt({ url, ...token }, true) };
}

function accessOf(variables: ClusterVariables, clock: Clock): ClusterAccess {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = variables;
  if (KUBECONFIG !== undefined) return readKubeconfig(readFileSync(KUBECONFIG, 'utf8'));
  if (host !== undefined) return inClusterAccess({ host, port, folder: variables.KUBERNETES_ACCOUNT_FOLDER, clock });
  throw new Error('RUNTIME=kubernetes needs KUBECONFIG, a file, or to run in a pod of the cluster.');
}
