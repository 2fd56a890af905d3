import type { Clock, Logger } from '@berth/service-kit';
import type { Delivery } from '../bus/delivery.js';
import type { SubscribeOptions } from '../bus/event-bus.js';
import type { SessionConnection } from '../session/session.js';
import { behindSql, CHANNEL, PARTITIONS } from './embedded-log.js';
import { PartitionConsumer } from './partition-consumer.js';
import { type Announcement, announcementOf } from './publication.js';

const POLL = 1_000;

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
        for (const topic of await this.takeOver(connection)) running.push(...this.consume(connection, topic));
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

  private async takeOver(connection: SessionConnection): Promise<string[]> {
    const taken: string[] = [];
    for (const topic of this.options.topics) {
      if (this.held.has(topic) || !(await connection.tryLock(lockName(this.options.group, topic)))) continue;
      this.held.add(topic);
      taken.push(topic);
    }
    return taken;
  }

  private consume(connection: SessionConnection, topic: string): Promise<void>[] {
    return Array.from({ length: PARTITIONS }, async (_, partition) => {
      const place = { group: this.options.group, topic, partition };
      const consumer = new PartitionConsumer(place, this.delivery, this.tools.clock);
      this.consumers.set(`${topic}/${partition}`, consumer);
      await consumer.run(connection).catch((error: unknown) => {
        if (!connection.ended.aborted)
          this.tools.logger.warn({ err: error, topic, partition }, 'a partition cannot be read');
        connection.stop();
      });
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
