import type { Clock, Logger } from '@berth/service-kit';
import { deliverUntilAccepted } from '../bus/deliver-until-accepted.js';
import type { Deliver } from '../bus/event-bus.js';
import type { SessionConnection } from '../session/session.js';
import { Wakeup } from '../session/wakeup.js';
import { advanceSql, startSql, type StoredMessage } from './embedded-log.js';

const BATCH = 200;
const BATCH_BYTES = 1_048_576;
/** A slow consumer commits at least so often, in milliseconds: bounds what is delivered again after a crash. */
const COMMIT_EVERY = 250;

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reads one partition for one group, in order, holding at most one batch in memory. */
export class PartitionConsumer {
  private readonly wakeup = new Wakeup();

  constructor(
    private readonly group: string,
    private readonly topic: string,
    private readonly partition: number,
    private readonly deliver: Deliver,
    private readonly tools: Tools,
  ) {}

  wake(): void {
    this.wakeup.signal();
  }

  /** Runs until the connection, which holds the group's lock, has ended. */
  async run(connection: SessionConnection): Promise<void> {
    let position = await this.start(connection);
    while (!connection.ended.aborted) {
      const messages = await this.advance(connection, position, BATCH);
      if (messages.length === 0) await this.wakeup.wait(connection.ended);
      position = await this.deliverAll(connection, messages, position);
    }
    // A closed session still has its connection: what was delivered last is committed, not delivered again.
    await this.advance(connection, position, 0).catch(() => undefined);
  }

  private async deliverAll(
    connection: SessionConnection,
    messages: readonly StoredMessage[],
    from: number,
  ): Promise<number> {
    let position = from;
    let committedAt = this.tools.clock.monotonic();
    for (const { key, event, offset } of messages) {
      const message = { topic: this.topic, key, event };
      if (!(await deliverUntilAccepted(message, this.deliver, connection.ended, this.tools))) return position;
      position = Number(offset) + 1;
      if (this.tools.clock.monotonic() - committedAt < COMMIT_EVERY) continue;
      await this.advance(connection, position, 0);
      committedAt = this.tools.clock.monotonic();
    }
    return position;
  }

  private async start(connection: SessionConnection): Promise<number> {
    const rows = await connection.query<{ next_offset: string }>(startSql, [this.group, this.topic, this.partition]);
    return Number(rows[0]?.next_offset ?? 0);
  }

  private advance(connection: SessionConnection, position: number, limit: number): Promise<StoredMessage[]> {
    const parameters = [this.group, this.topic, this.partition, position, limit, BATCH_BYTES];
    return connection.query<StoredMessage>(advanceSql, parameters);
  }
}
