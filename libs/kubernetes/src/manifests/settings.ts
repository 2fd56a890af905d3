/** What the manifests must know of the cluster they are for. */
export interface ClusterSettings {
  /** Where images lie: `registry.example/berth`; the organization and the app follow. */
  readonly registry: string;
  /** Minor version of Kubernetes 1. */
  readonly minor: number;
  /** The Gateway that routes belong to, and the namespace its pods run in. */
  readonly gateway: { readonly namespace: string; readonly name: string };
  /** Class of the Ingresses that routes are, of a controller in the gateway's namespace; absent: they are HTTPRoutes of the Gateway. */
  readonly ingressClass?: string;
  /** Whether the platform's priority classes are there, which pods name then. */
  readonly hasPriorities?: boolean;
  /** The namespace that the cluster's DNS runs in. */
  readonly dnsNamespace: string;
}

export interface SpaceQuota {
  readonly cpuMillicores: number;
  readonly memoryMib: number;
  readonly pods: number;
  /** Of all volumes; absent: the cluster's limits only. */
  readonly storageMib?: number;
}

/** Everything that fences an environment in. */
export interface EnvironmentSpace {
  readonly namespace: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  /** What its pods may request at most, room for rolling updates included; null: the cluster's limits only. */
  readonly quota: SpaceQuota | null;
  /** May pods open connections to public addresses? Private ones stay closed. */
  readonly internet: boolean;
}
