import { z } from 'zod';

const gateway = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, { error: 'must be NAMESPACE/NAME' })
  .transform((text) => text.split('/'))
  .transform(([namespace = '', name = '']) => ({ namespace, name }));

/** How `RUNTIME=kubernetes` is told of its cluster. */
export const clusterVariables = {
  /** File that says how to reach the cluster; absent: the cluster that this process runs in, as its service account. */
  KUBECONFIG: z.string().optional(),
  /** Set by the kubelet in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.string().default('443'),
  KUBERNETES_ACCOUNT_FOLDER: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
  /** Where images lie that were built here: `registry.example/berth`. */
  CLUSTER_REGISTRY: z.string().default(''),
  /** The Gateway that routes belong to, `NAMESPACE/NAME`. */
  CLUSTER_GATEWAY: gateway.default({ namespace: 'gateway', name: 'public' }),
  /** Class of the Ingresses that routes are where the cluster serves no Gateway API. */
  CLUSTER_INGRESS_CLASS: z.string().min(1).optional(),
  /** Where that gateway answers, to prove that a route does. */
  CLUSTER_GATEWAY_URL: z.url({ protocol: /^http$/ }).optional(),
  /** Prometheus-compatible API that is asked first what instances use: what comes before `/api/v1`. */
  CLUSTER_PROMETHEUS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** File with the token that it asks for. */
  CLUSTER_PROMETHEUS_TOKEN_FILE: z.string().min(1).optional(),
  /** Namespace of the cluster's DNS, which all workloads may ask. */
  CLUSTER_DNS_NAMESPACE: z.string().default('kube-system'),
};

export type ClusterVariables = z.infer<z.ZodObject<typeof clusterVariables>>;
