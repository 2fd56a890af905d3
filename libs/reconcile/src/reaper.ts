import type { Clock, Database, Logger, Tx } from '@berth/service-kit';
import type { Deadline, DeadlinesRepository } from './deadlines.repository.js';
import type { Reconciler } from './reconciler.js';
import type { WorkQueue } from './work-queue.js';

export interface ReaperParts {
  /** A pool of its own: workers that hang on to the service's connections must not stop the reaper. */
  readonly database: Database;
  readonly deadlines: DeadlinesRepository;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  reconcilerOf(queue: string): Reconciler | undefined;
}

const atOnce = 2;

/** Thrown to roll back when a deadline was cleared or moved while it was being handled. */
class NoLongerDue extends Error {}

/** Ends what overran: works on deadlines, independent of the workers that should have kept them. */
export class Reaper {
  /** Deadlines being handled here, so that one that hangs neither blocks the others nor is started twice. */
  private readonly handling = new Map<string, Promise<boolean>>();
  private stopped = false;

  constructor(private readonly parts: ReaperParts) {}

  /** Starts on due deadlines of `queues`, a few at once; each that ends makes room for the next. */
  async reap(queues: readonly string[]): Promise<void> {
    if (this.stopped) return;
    const { deadlines, clock } = this.parts;
    const due = await deadlines.due(queues, clock.now(), atOnce + this.handling.size);
    for (const deadline of due) this.begin(deadline, queues);
  }

  /** Starts on nothing more and resolves when nothing is being handled. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.handling.values());
  }

  private begin(deadline: Deadline, queues: readonly string[]): void {
    const id = JSON.stringify([deadline.queue, deadline.key, deadline.name]);
    if (this.stopped || this.handling.has(id) || this.handling.size >= atOnce) return;
    const handled = this.handle(deadline).finally(() => this.handling.delete(id));
    this.handling.set(id, handled);
    void handled
      .then((ended) => (ended ? this.reap(queues) : undefined))
      .catch((error: unknown) => this.parts.logger.warn({ err: error }, 'looking for deadlines failed'));
  }

  /** True: it ended overdue work, so there may be more. */
  private async handle(deadline: Deadline): Promise<boolean> {
    const { database, deadlines, clock, logger } = this.parts;
    try {
      return await database.transaction((tx) => this.end(deadline, tx));
    } catch (error) {
      if (error instanceof NoLongerDue) return false;
      logger.warn({ err: error, ...deadline }, 'ending overdue work failed and is retried');
      await deadlines
        .postpone(deadline, clock.now())
        .catch((failure: unknown) => logger.warn({ err: failure }, 'a deadline was not postponed'));
      return false;
    }
  }

  /** Locks in the order of a fenced transaction (lease, domain rows, deadline), so that the two cannot deadlock. */
  private async end(deadline: Deadline, tx: Tx): Promise<boolean> {
    const { database, deadlines, queue, clock, logger } = this.parts;
    const now = clock.now();
    if (!(await deadlines.claim(tx, deadline))) return false;
    await deadlines.raiseFence(tx, deadline);
    if (!(await deadlines.isDue(tx, deadline, now))) throw new NoLongerDue();
    await this.parts.reconcilerOf(deadline.queue)?.overdue?.(deadline.key, deadline.name, tx);
    // overdue() itself may have cleared or moved it, which is not visible from outside; what others did is.
    const isOwn = (await deadlines.deleteDue(tx, deadline, now)) || (await deadlines.isDue(database, deadline, now));
    if (!isOwn) throw new NoLongerDue();
    await queue.interrupt(tx, deadline.queue, deadline.key);
    logger.info({ queue: deadline.queue, key: deadline.key, deadline: deadline.name }, 'deadline passed');
    return true;
  }
}
