import type { ObservedTask, ObservedWorkload } from '@berth/contracts/runtime';
import { type ProbeAnswer, type Runtime, RuntimeUnavailable } from './runtime.js';
import type { SpaceRemains } from './space-runtime.js';

const unavailable = (): RuntimeUnavailable => new RuntimeUnavailable('The cluster was removed from the platform.');
const refuse = (): Promise<never> => Promise.reject(unavailable());

/**
 * Of a cluster that was removed although something stood there: nothing of it is there any more, as far as the platform is
 * concerned, and nothing comes there. What was on its way out is out; what stood there is to go elsewhere.
 */
export class GoneRuntime implements Runtime {
  readonly artifactKinds = [] as const;
  readonly canaries = 'unsupported';
  readonly autoscales = false;
  readonly patches = false;
  readonly volumeKinds = [] as const;
  readonly apply = refuse;
  readonly makeSpace = refuse;
  readonly refusalOfPatches = refuse;
  readonly refusalOfProtection = refuse;
  readonly startTask = refuse;
  readonly exec = refuse;
  readonly forward = refuse;
  readonly stats = refuse;
  readonly measure = refuse;
  readonly traffic = refuse;
  readonly egress = refuse;
  readonly acceptEgress = refuse;
  readonly storageClasses = refuse;

  observe(): Promise<ObservedWorkload | null> {
    return Promise.resolve(null);
  }

  observeTask(): Promise<ObservedTask | null> {
    return Promise.resolve(null);
  }

  endSpace(): Promise<SpaceRemains | null> {
    return Promise.resolve(null);
  }

  async remove(): Promise<void> {
    // Nothing is there.
  }

  async endTask(): Promise<void> {
    // Nothing is there.
  }

  async *changes(): AsyncIterable<never> {
    throw unavailable();
  }

  async *logs(): AsyncIterable<never> {
    throw unavailable();
  }

  probe(): Promise<ProbeAnswer> {
    return Promise.resolve({ answered: false, status: null, message: unavailable().message });
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}
