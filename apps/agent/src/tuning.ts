/** What an operator may turn; tests shorten some of it. Times are in milliseconds. */
export interface Tuning {
  /** New instances must be ready for so long, without a break, before they take over from those of the former release. */
  readonly settle: number;
  /**
   * Former web instances run on without requests for so long after the new ones took over, to fall back to. Bounded by the
   * workload's stop deadline.
   */
  readonly hold: number;
  /** The same while the release is on trial, so that it ends when nobody says whether it was found live. */
  readonly trial: number;
  /** First pause after a failed run; doubled at each further one. */
  readonly backoff: number;
  readonly backoffMax: number;
  /** A run that served for so long makes the failures before it forgotten. */
  readonly stable: number;
  /** How often memory and CPU are read. */
  readonly sample: number;
  /** A process without a port is ready when it has run for so long without ending. */
  readonly workerReady: number;
  /** Bound of the graceful part of `close()`. */
  readonly closeDeadline: number;
  readonly heartbeat: number;
  readonly logFileBytes: number;
  readonly logFiles: number;
  /** Logs of so many ended instances are kept per workload. */
  readonly logInstancesKept: number;
  /** Bytes that one output stream of one instance may write per second; what is above waits in the pipe. */
  readonly logBytesPerSecond: number;
  /** Unpacked slugs kept although no workload uses them. */
  readonly slugsKept: number;
}

export const defaultTuning: Tuning = {
  settle: 500,
  hold: 5_000,
  trial: 900_000,
  backoff: 1_000,
  backoffMax: 60_000,
  stable: 60_000,
  sample: 500,
  workerReady: 1_000,
  closeDeadline: 10_000,
  heartbeat: 15_000,
  logFileBytes: 10 * 1024 * 1024,
  logFiles: 5,
  logInstancesKept: 10,
  logBytesPerSecond: 4 * 1024 * 1024,
  slugsKept: 5,
};
