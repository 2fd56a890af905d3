import type { CancelTimer, Clock } from '@berth/service-kit';
import type { Delivery } from '../bus/delivery.js';
import type { SessionConnection } from '../session/session.js';
import { Wakeup } from '../session/wakeup.js';
import { advanceSql, startSql, type StoredMessage } from './embedded-log.js';

/** So many messages are held in memory at most, and so many bytes. A handler of runs gets all of them at once. */
const BATCH = 2_000;
const BATCH_BYTES = 2 * 1_048_576;
/** Milliseconds after which a position is committed at the latest: bounds what is delivered again after a crash. */
const COMMIT_EVERY = 10;

interface Place {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** Reads one partition for one group, in order, holding at most one batch in memory. */
export class PartitionConsumer {
  private readonly wakeup = new Wakeup();
  /** There may be messages that have to be read. */
  private behind = true;
  private waiting = false;
  private announced: readonly StoredMessage[] = [];
  private committed = 0;
  private committedAt = 0;

  constructor(
    private readonly place: Place,
    private readonly delivery: Delivery,
    private readonly clock: Clock,
  ) {}

  /** Something was published: `messages`, where the notification had room for them. */
  wake(messages: readonly StoredMessage[]): void {
    if (this.waiting && this.announced.length === 0) this.announced = messages;
    else this.behind = true;
    this.wakeup.signal();
  }

  /** Runs until the connection, which holds the group's lock, has ended. */
  async run(connection: SessionConnection): Promise<void> {
    let position = await this.start(connection);
    while (!connection.ended.aborted) {
      const messages = await (this.behind ? this.read(connection, position) : this.listen(connection, position));
      position = await this.deliverAll(connection, messages, position);
    }
    // A closed session still has its connection: what was delivered last is committed, not delivered again.
    await this.advance(connection, position, 0).catch(() => undefined);
  }

  private async read(connection: SessionConnection, position: number): Promise<readonly StoredMessage[]> {
    this.behind = false;
    const messages = await this.advance(connection, position, BATCH);
    if (messages.length > 0) this.behind = true;
    return messages;
  }

  /** Waits for a notification, or until the position is to be committed. Answers the messages in it if they are the next. */
  private async listen(connection: SessionConnection, position: number): Promise<readonly StoredMessage[]> {
    this.waiting = true;
    const cancel = this.commitSoon(position);
    await this.wakeup.wait(connection.ended);
    cancel();
    this.waiting = false;
    const messages = this.announced;
    this.announced = [];
    if (messages[0]?.offset === String(position)) return messages;
    this.behind = true;
    return [];
  }

  private commitSoon(position: number): CancelTimer {
    if (position === this.committed) return () => undefined;
    const passed = this.clock.monotonic() - this.committedAt;
    return this.clock.after(Math.max(0, COMMIT_EVERY - passed), this.wakeup.signal);
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
      if (this.clock.monotonic() - this.committedAt > COMMIT_EVERY) await this.advance(connection, position, 0);
    }
    return position;
  }

  private async start(connection: SessionConnection): Promise<number> {
    const { group, topic, partition } = this.place;
    const rows = await connection.query<{ next_offset: string }>(startSql, [group, topic, partition]);
    return Number(rows[0]?.next_offset ?? 0);
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
