import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs';

/**
 * An idempotent producer. After an error its sequence numbers may no longer be the broker's, which would then refuse
 * everything for ever: the next send begins with a new one.
 */
export class KafkaProducer {
  private current: Promise<Producer> | undefined;

  constructor(private readonly kafka: Kafka) {}

  /** Resolves when all in-sync replicas have the messages. */
  async send(topicMessages: TopicMessages[]): Promise<void> {
    this.current ??= this.connect();
    try {
      await (await this.current).sendBatch({ acks: -1, topicMessages });
    } catch (error) {
      await this.close().catch(() => undefined); // what matters is the first error
      throw error;
    }
  }

  async close(): Promise<void> {
    const closing = this.current;
    this.current = undefined;
    await (await closing)?.disconnect();
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      // With more, a request that is tried again could land behind its successor.
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }
}
