import type { KubeObject } from '@berth/kubernetes';

/** What we read of the cluster's own objects; they hold much more. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: Terminated;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** The probe of a container that has not started yet; a TCP one asks for nothing but a port that is open. */
export interface StartupProbe {
  readonly tcpSocket?: object;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface Pod extends KubeObject {
  readonly spec: {
    /** Absent until it is scheduled. */
    readonly nodeName?: string;
    readonly priorityClassName?: string;
    readonly volumes?: readonly {
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly secret?: { readonly secretName: string };
    }[];
    readonly containers: readonly {
      readonly image: string;
      readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
      readonly startupProbe?: StartupProbe;
      readonly envFrom?: readonly { readonly secretRef?: { readonly name: string } }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export interface VolumeClaim extends KubeObject {
  readonly status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> };
}

export interface Job extends KubeObject {
  readonly spec?: { readonly template?: { readonly spec?: { readonly priorityClassName?: string } } };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly conditions?: { readonly ready?: boolean };
    readonly targetRef?: { readonly name?: string };
  }[];
}

export interface HttpRoute extends KubeObject {
  readonly spec: {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly {
      readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
      readonly filters?: readonly { readonly extensionRef?: { readonly kind: string; readonly name: string } }[];
      readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
    }[];
  };
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: { readonly name: string; readonly namespace?: string };
      readonly conditions?: readonly Condition[];
    }[];
  };
}

interface IngressRule {
  readonly host?: string;
  readonly http?: {
    readonly paths?: readonly {
      readonly path?: string;
      readonly backend: { readonly service?: { readonly name: string } };
    }[];
  };
}

export interface Ingress extends KubeObject {
  readonly spec: { readonly rules?: readonly IngressRule[] };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
}

export interface Middleware extends KubeObject {
  readonly spec: { readonly chain?: { readonly middlewares?: readonly { readonly name: string }[] } };
}

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((each) => each.type === type);
