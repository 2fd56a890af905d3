import type { Clock } from '@berth/service-kit';
import type { Delivery } from '../bus/delivery.js';
import type { SessionConnection } from '../session/session.js';
import { Wakeup } from '../session/wakeup.js';
import { Announced } from './announced.js';
import { advanceSql, type StoredMessage } from './embedded-log.js';

/** So many messages are held in memory at most, and so many bytes. A handler of runs gets all of them at once. */
const BATCH = 2_000;
const BATCH_BYTES = 2 * 1_048_576;
/** Milliseconds after which a position is committed at the latest: bounds what is delivered again after a crash. */
const COMMIT_EVERY = 100;

interface Place {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/**
 * Reads one partition for one group, in order. What notifications told is delivered without a look at the log. In memory
 * it holds at most one batch, and what was told while that is delivered.
 */
export class PartitionConsumer {
  private readonly wakeup = new Wakeup();
  private readonly announced = new Announced();
  /** There may be messages that have to be read. */
  private behind = false;
  private committed: number;
  private committedAt = 0;

  /** `from` is the committed position. Until it is woken, it reads nothing. */
  constructor(
    private readonly place: Place,
    private readonly from: number,
    private readonly delivery: Delivery,
    private readonly clock: Clock,
  ) {
    this.committed = from;
  }

  /** Something was published: `messages`, where the notification had room for them. */
  wake(messages: readonly StoredMessage[]): void {
    if (!this.announced.add(messages)) this.behind = true;
    this.wakeup.signal();
  }

  /** Runs until the connection, which holds the group's lock, has ended. */
  async run(connection: SessionConnection): Promise<void> {
    let position = this.from;
    while (!connection.ended.aborted) {
      const messages = await this.next(connection, position);
      position = await this.deliverAll(connection, messages, position);
    }
    // A closed session still has its connection: what was delivered last is committed, not delivered again.
    await this.advance(connection, position, 0).catch(() => undefined);
  }

  /** What follows the position; nothing when there was something else to do, or the connection ended. */
  private async next(connection: SessionConnection, position: number): Promise<readonly StoredMessage[]> {
    const told = this.announced.takeFrom(position);
    if (told[0]?.offset === String(position)) return told;
    if (told.length > 0) this.behind = true;
    if (this.behind) return this.read(connection, position);
    if (this.untilDue(position) <= 0) return this.advance(connection, position, 0);
    await this.listen(connection, position);
    return [];
  }

  private async read(connection: SessionConnection, position: number): Promise<readonly StoredMessage[]> {
    this.behind = false;
    const messages = await this.advance(connection, position, BATCH);
    if (messages.length > 0) this.behind = true;
    return messages;
  }

  /** Waits for a notification, or until the position is to be committed. */
  private async listen(connection: SessionConnection, position: number): Promise<void> {
    const milliseconds = this.untilDue(position);
    const cancel = Number.isFinite(milliseconds) ? this.clock.after(milliseconds, this.wakeup.signal) : () => undefined;
    await this.wakeup.wait(connection.ended);
    cancel();
  }

  /** Milliseconds until the position is to be committed. */
  private untilDue(position: number): number {
    if (position === this.committed) return Infinity;
    return this.committedAt + COMMIT_EVERY - this.clock.monotonic();
  }

  /** Answers the position after what was accepted: after all of them, unless the connection ended. */
  private async deliverAll(
    connection: SessionConnection,
    stored: readonly StoredMessage[],
    from: number,
  ): Promise<number> {
    const { topic } = this.place;
    const messages = stored.map(({ key, event }) => ({ topic, key, event }));
    let position = from;
    for (let done = 0; done < messages.length;) {
      const accepted = await this.delivery.some(messages.slice(done), connection.ended);
      if (accepted === 0) return position;
      done += accepted;
      position = Number(stored[done - 1]?.offset) + 1;
      if (this.untilDue(position) <= 0) await this.advance(connection, position, 0);
    }
    return position;
  }

  /** Commits the position and reads on from it. */
  private async advance(connection: SessionConnection, position: number, limit: number): Promise<StoredMessage[]> {
    const { group, topic, partition } = this.place;
    const parameters = [group, topic, partition, position, limit, BATCH_BYTES];
    const messages = await connection.query<StoredMessage>(advanceSql, parameters);
    this.committed = position;
    this.committedAt = this.clock.monotonic();
    return messages;
  }
}
