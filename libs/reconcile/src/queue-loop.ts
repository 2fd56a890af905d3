import type { CancelTimer, Clock, Database, Logger } from '@berth/service-kit';
import { Latch } from './latch.js';
import { type Lease, type LeasesRepository, type LeaseState, requireLease } from './leases.repository.js';
import { duration } from './metrics.js';
import type { ReconcileContext, Reconciler, ResolvedOptions } from './reconciler.js';
import { Run } from './run.js';
import { finishOf, type Verdict, verdictOf } from './verdict.js';

export interface QueueLoopParts {
  readonly queue: string;
  readonly reconciler: Reconciler;
  readonly options: ResolvedOptions;
  readonly leases: LeasesRepository;
  /** The service's own: fenced transactions run on it. */
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After so many failures in a row a key is taken for a bug. */
const failuresOfABug = 10;
/** Runs due sooner than this are timed here; the others are found by polling. */
const ownTimerSeconds = 1;

/** Claims the due keys of one queue, runs the reconciler on each, and renews the leases meanwhile. */
export class QueueLoop {
  private readonly runs = new Map<Run, Promise<void>>();
  private readonly latch = new Latch();
  private stopping = false;
  private looping: Promise<void> = Promise.resolve();
  private cancelHeartbeat: CancelTimer | undefined;

  constructor(private readonly parts: QueueLoopParts) {}

  /** Claims nothing before it is woken: the runner asks for all queues at once whether anything is due. */
  start(): void {
    const { clock, options } = this.parts;
    this.looping = this.loop();
    this.cancelHeartbeat = clock.every((options.leaseSeconds * 1000) / 6, () => void this.heartbeat());
  }

  wake(): void {
    this.latch.set();
  }

  /** Somebody interrupted `key`: asks at once instead of at the next heartbeat. */
  check(key: string): void {
    if ([...this.runs.keys()].some((run) => run.lease.key === key)) void this.heartbeat();
  }

  /** Aborts all runs, waits for them, hands back the leases of those that do not end in time. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.stopping = true;
    this.latch.set();
    await this.looping;
    for (const run of this.runs.keys()) run.interrupt('shutdown');
    const grace = new AbortController();
    const ended = Promise.all(this.runs.values()).then(() => grace.abort());
    await Promise.race([ended, this.parts.clock.pause(graceMilliseconds, grace.signal)]);
    this.cancelHeartbeat?.();
    await Promise.all([...this.runs.keys()].map((run) => this.handBack(run)));
  }

  private async loop(): Promise<void> {
    await this.latch.wait();
    while (!this.stopping) {
      const wanted = this.parts.options.concurrency - this.runs.size;
      const leases = wanted > 0 ? await this.claim(wanted) : [];
      for (const lease of leases) this.begin(lease);
      if (leases.length < wanted || wanted <= 0) await this.latch.wait();
    }
  }

  private async claim(wanted: number): Promise<Lease[]> {
    const { leases, queue, options, logger } = this.parts;
    try {
      return await leases.claim(queue, wanted, options);
    } catch (error) {
      logger.warn({ err: error, queue }, 'claiming work failed; polling tries again');
      return [];
    }
  }

  private begin(lease: Lease): void {
    const run = new Run(lease, this.parts.clock.monotonic());
    const done = this.work(run).finally(() => {
      this.runs.delete(run);
      this.latch.set();
    });
    this.runs.set(run, done);
  }

  private async work(run: Run): Promise<void> {
    const { clock, queue } = this.parts;
    const startedAt = clock.monotonic();
    // A run that lost its lease gives up its place here even if it never ends: its fence makes it harmless.
    const lost = run.lost.then((): Verdict => ({ kind: 'lost' }));
    const verdict = await Promise.race([this.reconcile(run), lost]);
    duration.observe({ queue, verdict: verdict.kind }, (clock.monotonic() - startedAt) / 1000);
    this.report(run.lease, verdict);
    if (verdict.kind !== 'lost') await this.finish(run, verdict);
  }

  private async reconcile(run: Run): Promise<Verdict> {
    try {
      return { kind: 'outcome', outcome: await this.parts.reconciler.reconcile(run.lease.key, this.contextOf(run)) };
    } catch (error) {
      return run.isLost ? { kind: 'lost' } : verdictOf(error, run.signal);
    }
  }

  private contextOf(run: Run): ReconcileContext {
    const { database, queue } = this.parts;
    return {
      signal: run.signal,
      attempt: run.lease.attempts + 1,
      transaction: (work) =>
        database.transaction(async (tx) => {
          await requireLease(tx, queue, run.lease);
          return work(tx);
        }),
    };
  }

  /** Tries until the result is stored or the lease is lost: otherwise the key would rest until the lease expires. */
  private async finish(run: Run, verdict: Exclude<Verdict, { kind: 'lost' }>): Promise<void> {
    for (let pause = 50; !(await this.tryFinish(run, verdict)) && !run.isLost; pause = Math.min(pause * 2, 1_000))
      await this.parts.clock.pause(pause);
  }

  private async tryFinish(run: Run, verdict: Exclude<Verdict, { kind: 'lost' }>): Promise<boolean> {
    const { leases, queue, options, clock, logger } = this.parts;
    try {
      const seconds = await leases.finish(queue, run.lease, finishOf(verdict, options.resyncSeconds));
      if (typeof seconds === 'number' && seconds > 0 && seconds <= ownTimerSeconds)
        clock.after(seconds * 1000 + 1, () => this.wake());
      return true;
    } catch (error) {
      logger.warn({ err: error, queue, key: run.lease.key }, 'a result could not be stored yet');
      return false;
    }
  }

  private async handBack(run: Run): Promise<void> {
    await this.tryFinish(run, { kind: 'interrupted' });
    run.lose();
  }

  private async heartbeat(): Promise<void> {
    const { leases, queue, options, clock, logger } = this.parts;
    const runs = [...this.runs.keys()].filter((run) => !run.isLost);
    if (runs.length === 0) return;
    const askedAt = clock.monotonic();
    try {
      const states = await leases.heartbeat(
        queue,
        runs.map((run) => run.lease),
        options.leaseSeconds,
      );
      for (const run of runs) this.apply(run, states, askedAt);
    } catch (error) {
      logger.warn({ err: error, queue }, 'leases were not renewed');
      for (const run of runs) if (askedAt - run.confirmedAt > options.leaseSeconds * 1000) run.lose();
    }
  }

  private apply(run: Run, states: readonly LeaseState[], askedAt: number): void {
    const state = states.find((each) => each.fence === run.lease.fence);
    if (!state || state.lost) return run.lose();
    run.confirmedAt = askedAt;
    if (state.interrupted) run.interrupt('interrupt');
  }

  private report(lease: Lease, verdict: Verdict): void {
    const { queue, logger } = this.parts;
    if (verdict.kind === 'lost') logger.debug({ queue, key: lease.key }, 'lease lost, result dropped');
    if (verdict.kind === 'blocked') logger.debug({ queue, key: lease.key, reason: verdict.error.reason }, 'blocked');
    if (verdict.kind !== 'failed') return;
    const attempt = lease.attempts + 1;
    const details = { err: verdict.error, queue, key: lease.key, attempt };
    if (attempt >= failuresOfABug) logger.error(details, 'reconciliation keeps failing: this looks like a bug');
    else logger.warn(details, 'reconciliation failed and is retried');
  }
}
