export type KubeProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

/** A control plane of a test. */
export interface KubePlane {
  /** File with an administrator's certificate. */
  readonly kubeconfig: string;
  readonly url: string;
  /** State, logs, certificates and keys. */
  readonly folder: string;
  pids(): Record<KubeProgram, number>;
  /** Brings a killed program back, with its data, on the same port. */
  start(program: KubeProgram): Promise<void>;
  /** Ends one program, or all of them, like a crash. */
  kill(program?: KubeProgram): Promise<void>;
  /** Ends everything and removes its data. */
  stop(): Promise<void>;
}

export class KubeToolError extends Error {}

export function startKube(options?: { nodes?: number; detached?: boolean }): Promise<KubePlane>;
