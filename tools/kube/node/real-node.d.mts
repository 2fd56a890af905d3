/** A cluster of one machine whose pods run. */
export interface RealNode {
  /** File with an administrator's certificate. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Where the Gateway `gateway/public` answers. */
  readonly gatewayUrl: string;
  /** State, logs, certificates and keys. */
  readonly folder: string;
  pids(): Record<string, number>;
  /** Pushes an image that runs `/server.js` of the given files with Node, as user 1000; answers it by digest. */
  image(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Ends the enforcement of network policies, to prove that it is what stopped something. */
  lowerWalls(): Promise<void>;
  /** Ends everything and leaves nothing behind. */
  stop(): Promise<void>;
}

export function startNode(options?: { detached?: boolean }): Promise<RealNode>;
