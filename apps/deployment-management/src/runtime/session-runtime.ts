import type { Duplex } from 'node:stream';
import type { ExecRequest } from '@berth/contracts/runtime';

/** One instance of one workload. */
export interface InstanceName {
  readonly workloadId: string;
  readonly instance: string;
}

/**
 * Ways into an instance. The part of the Runtime port that is about them.
 *
 * A session is a stream of messages as `channels` of the contracts says: Buffers, one for each message. It ends after the
 * result, when the instance does, or when it is destroyed. What runs in it then loses its input, output and terminal; local
 * processes are ended, too, which Kubernetes leaves to what they do then.
 */
export interface SessionRuntime {
  /** @throws SessionRefused, RuntimeUnavailable */
  exec(name: InstanceName, request: ExecRequest, signal: AbortSignal): Promise<Duplex>;
  /** To a port that the instance listens on; null: the one that it was given. @throws SessionRefused, RuntimeUnavailable */
  forward(name: InstanceName, port: number | null, signal: AbortSignal): Promise<Duplex>;
}

/** Nothing is wrong with the runtime: it cannot or will not do this. */
export class SessionRefused extends Error {
  constructor(
    /** `not_supported`: no session of this kind is possible on this runtime. */
    readonly reason: 'instance_not_found' | 'not_supported' | 'refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SessionRefused';
  }
}
