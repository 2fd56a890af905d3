import type { Artifact } from '@berth/contracts/events';
import type {
  DesiredWorkload,
  EgressCounts,
  InstanceStats,
  InstanceTraffic,
  LogLine,
  LogQuery,
  Measurement,
  ObservedWorkload,
} from '@berth/contracts/runtime';
import type { SessionRuntime } from './session-runtime.js';
import type { SpaceRuntime } from './space-runtime.js';
import type { TaskRuntime } from './task-runtime.js';
import type { VolumeRuntime } from './volume-runtime.js';

/** Injection token of the runtime adapter. */
export const RUNTIME = Symbol('berth.runtime');

/** A hint: look at this workload, or at all of them because hints may have been missed. Never a fact to act on. */
export type RuntimeChange = { readonly workloadId: string } | { readonly resync: true };

/**
 * Whether requests can be shared between two releases, and whether anybody counts what each of them answers. `whole`: one of
 * them has all requests, which can be switched to the other; nobody counts.
 */
export type CanarySupport = 'counted' | 'uncounted' | 'whole' | 'unsupported';

export interface ProbeAnswer {
  /** The route led to an instance of the workload and it answered in HTTP. */
  readonly answered: boolean;
  readonly status: number | null;
  /** What was seen, one sentence. */
  readonly message: string;
}

/**
 * Where workloads run. Adapters: local processes, Kubernetes, a fake world for tests; one contract suite runs on all.
 *
 * Every method is idempotent, may be called from any replica, and throws `RuntimeUnavailable` when the runtime cannot be
 * asked, `RuntimeRefused` when it does not take what is stated; what is wrong with instances is observed, never thrown.
 */
export interface Runtime extends TaskRuntime, SessionRuntime, SpaceRuntime, VolumeRuntime {
  /** Kinds of artifact that it can run. */
  readonly artifactKinds: readonly Artifact['kind'][];
  readonly canaries: CanarySupport;
  /** Whether it chooses the number of instances itself where it is given bounds. */
  readonly autoscales: boolean;
  /** Whether what it makes of a process type is a pod that can be patched. */
  readonly patches: boolean;
  /**
   * States the whole desired state of a workload. An older generation than the one applied last is ignored.
   *
   * The runtime keeps it true by itself until the next `apply` or `remove`: an instance that ends or is taken away is
   * replaced without being told. Where it cannot (it lost its memory, an object of ours was deleted that only we can make
   * again) `observe` says so, by null or by a lower `observedGeneration`, and the state is stated anew.
   */
  apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void>;
  /**
   * Why it would not take the pods of a workload that are patched, in its own words; null when it would, or when nobody can
   * know because the workload's space is not there. Nothing is written.
   */
  refusalOfPatches(desired: DesiredWorkload, signal: AbortSignal): Promise<string | null>;
  /** Why it could not keep visitors out who do not pass a protection; null when it could. */
  refusalOfProtection(signal: AbortSignal): Promise<string | null>;
  /** Null: the runtime knows no such workload. */
  observe(workloadId: string, signal: AbortSignal): Promise<ObservedWorkload | null>;
  /** Asks for its end; it is gone when `observe` answers null. */
  remove(workloadId: string, signal: AbortSignal): Promise<void>;
  /** Hints until the signal aborts; begins with `resync`, and again after every break. */
  changes(signal: AbortSignal): AsyncIterable<RuntimeChange>;
  logs(workloadId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  stats(workloadId: string, signal: AbortSignal): Promise<InstanceStats[]>;
  /**
   * What every instance that is ready uses, and every task that runs, of all workloads, by one question; empty where the runtime
   * does not measure.
   */
  measure(signal: AbortSignal): Promise<Measurement[]>;
  /** What left for the visitors of each workload, by one question; null where nobody counts. */
  egress(signal: AbortSignal): Promise<EgressCounts | null>;
  /** These are written down: the runtime may forget what has not grown since. */
  acceptEgress(counts: EgressCounts, signal: AbortSignal): Promise<void>;
  /** What instances of `web` answered, where somebody counts; counters may begin anew at any time. */
  traffic(workloadId: string, signal: AbortSignal): Promise<InstanceTraffic[]>;
  /** Asks for a path of a host through the route that its users take. */
  probe(host: string, path: string, signal: AbortSignal): Promise<ProbeAnswer>;
  /** Lets go of what it holds open; what runs goes on. */
  close(): Promise<void>;
}

/** The runtime could not be asked: nothing is known about the workload. */
export class RuntimeUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeUnavailable';
  }
}

/** The cluster was asked and does not take what was stated: asking again would not help. */
export class RuntimeRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeRefused';
  }
}
