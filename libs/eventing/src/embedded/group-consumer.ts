import type { Clock, Logger } from '@berth/service-kit';
import type { Delivery } from '../bus/delivery.js';
import type { SubscribeOptions } from '../bus/event-bus.js';
import type { SessionConnection } from '../session/session.js';
import { behindSql, CHANNEL, startSql } from './embedded-log.js';
import { PartitionConsumer } from './partition-consumer.js';
import { type Announcement, announcementOf } from './publication.js';

const POLL = 1_000;

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
}

/** Name of the lock that makes one member of a group the reader of a topic. */
export const lockName = (group: string, topic: string): string => `berth-bus/${group}/${topic}`;

/** One member of a group: reads the topics whose lock it gets, stands by for the others. */
export class GroupConsumer {
  private readonly consumers = new Map<string, PartitionConsumer>();
  private readonly held = new Set<string>();

  constructor(
    private readonly options: SubscribeOptions,
    private readonly delivery: Delivery,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {}

  /** Runs on one connection until it ends; everything it started has ended by then. */
  async run(connection: SessionConnection): Promise<void> {
    const running: Promise<void>[] = [];
    try {
      await connection.listen(CHANNEL, (payload) => {
        this.wake(announcementOf(payload, (partition) => this.consumers.has(partition)));
      });
      while (!connection.ended.aborted) {
        running.push(...(await this.takeOver(connection)));
        await this.wakeBehind(connection);
        await this.tools.clock.pause(POLL, connection.ended);
      }
    } finally {
      connection.stop();
      await Promise.all(running);
      this.consumers.clear();
      this.held.clear();
    }
  }

  /** Begins to read the topics that nobody of the group reads. */
  private async takeOver(connection: SessionConnection): Promise<Promise<void>[]> {
    const { group } = this.options;
    const taken: string[] = [];
    for (const topic of this.options.topics)
      if (!this.held.has(topic) && (await connection.tryLock(lockName(group, topic)))) taken.push(topic);
    if (taken.length === 0) return [];
    for (const topic of taken) this.held.add(topic);
    const positions = await connection.query<Position>(startSql, [group, taken]);
    return positions.map((position) => this.consume(connection, position));
  }

  private async consume(connection: SessionConnection, { topic, partition, next_offset }: Position): Promise<void> {
    const place = { group: this.options.group, topic, partition };
    const consumer = new PartitionConsumer(place, Number(next_offset), this.delivery, this.tools.clock);
    this.consumers.set(`${topic}/${partition}`, consumer);
    await consumer.run(connection).catch((error: unknown) => {
      if (!connection.ended.aborted)
        this.tools.logger.warn({ err: error, topic, partition }, 'a partition cannot be read');
      connection.stop();
    });
  }

  private async wakeBehind(connection: SessionConnection): Promise<void> {
    const behind = await connection.query<{ name: string }>(behindSql, [this.options.group, [...this.held]]);
    this.wake(new Map(behind.map((row) => [row.name, []])));
  }

  private wake(announcement: Announcement): void {
    for (const [partition, messages] of announcement) this.consumers.get(partition)?.wake(messages);
  }
}
