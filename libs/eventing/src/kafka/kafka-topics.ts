import type { Clock } from '@berth/service-kit';
import type { Admin } from 'kafkajs';
import { backOff } from '../bus/deliver-until-accepted.js';
import { RETENTION_DAYS } from '../bus/retention.js';

const ATTEMPTS = 8;

/** Named, because a broker's default may be to keep everything: a replay must not go back to what inboxes have forgotten. */
const retention = { name: 'retention.ms', value: String(RETENTION_DAYS * 86_400_000) };

/** Creates topics once each and remembers which are there. */
export class KafkaTopics {
  private readonly known = new Map<string, Promise<void>>();

  constructor(
    private readonly admin: Admin,
    private readonly partitions: number,
    private readonly replicationFactor: number,
    private readonly clock: Clock,
  ) {}

  async ensure(topics: readonly string[]): Promise<void> {
    await Promise.all([...new Set(topics)].map((topic) => this.ensureOne(topic)));
  }

  private async ensureOne(topic: string): Promise<void> {
    const creation = this.known.get(topic) ?? this.create(topic);
    this.known.set(topic, creation);
    await creation.catch((error: unknown) => {
      this.known.delete(topic);
      throw error;
    });
  }

  /** A topic that another process makes at this moment can neither be made nor is it there: success is to see it. */
  private async create(topic: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (await this.isThere(topic)) return;
      await this.clock.pause(backOff(attempt));
    }
    throw new Error(`The brokers do not show the topic ${topic}, which was made.`);
  }

  private async isThere(topic: string): Promise<boolean> {
    const { partitions: numPartitions, replicationFactor } = this;
    const topics = [{ topic, numPartitions, replicationFactor, configEntries: [retention] }];
    try {
      if ((await this.admin.listTopics()).includes(topic)) return true;
      return await this.admin.createTopics({ topics, waitForLeaders: true });
    } catch (error) {
      if (isOnItsWay(error)) return false;
      throw error;
    }
  }
}

const isOnItsWay = (error: unknown): boolean =>
  (error as { type?: unknown } | null)?.type === 'UNKNOWN_TOPIC_OR_PARTITION';
