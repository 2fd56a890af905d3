import type { Admin } from 'kafkajs';

/** Creates topics once each and remembers which are there. */
export class KafkaTopics {
  private readonly known = new Map<string, Promise<void>>();

  constructor(
    private readonly admin: Admin,
    private readonly partitions: number,
    private readonly replicationFactor: number,
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

  private async create(topic: string): Promise<void> {
    const existing = await this.admin.listTopics();
    if (existing.includes(topic)) return;
    const { partitions: numPartitions, replicationFactor } = this;
    await this.admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor }], waitForLeaders: true });
  }
}
