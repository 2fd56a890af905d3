import type { Clock, Logger } from '@berth/service-kit';
import type { Admin, Consumer } from 'kafkajs';
import { Batches } from '../bus/batches.js';
import { Delivery } from '../bus/delivery.js';
import type { BusMessage, Deliver, DeliverRun, EventBus, SubscribeOptions, Subscription } from '../bus/event-bus.js';
import { kafkaClient, type KafkaBusOptions, retriesUntil } from './kafka-client.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaProducer } from './kafka-producer.js';
import { batchesOf, topicMessagesOf } from './kafka-records.js';
import { KafkaTopics } from './kafka-topics.js';

export type { KafkaBusOptions } from './kafka-client.js';

const PARTITIONS = 8;
const RETRIES = 5;

/** The bus on Kafka: idempotent producer, acks of all replicas, CloudEvents in structured mode, explicit topics. */
export class KafkaBus implements EventBus {
  private readonly admin: Admin;
  private readonly producer: KafkaProducer;
  private readonly topics: KafkaTopics;
  private readonly sends = new Batches<BusMessage>((messages) => this.send(messages));
  private readonly consumers = new Set<KafkaConsumer>();
  private connected: Promise<unknown> | undefined;

  constructor(
    private readonly options: KafkaBusOptions,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const kafka = kafkaClient(options, logger, RETRIES);
    this.admin = kafka.admin();
    this.producer = new KafkaProducer(kafka);
    const { partitions = PARTITIONS, replicationFactor = 1 } = options;
    this.topics = new KafkaTopics(this.admin, partitions, replicationFactor, clock);
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length > 0) await this.sends.hand(messages);
  }

  subscribe({ group, topics }: SubscribeOptions, deliver: Deliver, deliverRun?: DeliverRun): Promise<Subscription> {
    const tools = { clock: this.clock, logger: this.logger };
    const consumer = new KafkaConsumer(
      {
        topics,
        partitionsAtOnce: this.options.partitions ?? PARTITIONS,
        prepare: () => this.prepare(topics),
        makeConsumer: (stopped) => this.newConsumer(group, stopped),
      },
      new Delivery(deliver, deliverRun, tools),
      tools,
    );
    this.consumers.add(consumer);
    consumer.start();
    return Promise.resolve({
      get waitingFor() {
        return consumer.waitingFor;
      },
      close: async () => {
        this.consumers.delete(consumer);
        await consumer.close();
      },
    });
  }

  async rewind({ group, topics }: SubscribeOptions): Promise<void> {
    await this.connect();
    const [found] = (await this.admin.describeGroups([group])).groups;
    if (found && found.members.length > 0)
      throw new Error(`Group ${group} is running: stop it before it is sent back.`);
    for (const topic of topics) await this.admin.resetOffsets({ groupId: group, topic, earliest: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.close()));
    await this.producer.close();
    await this.admin.disconnect();
  }

  private async send(messages: readonly BusMessage[]): Promise<void> {
    await this.prepare(messages.map((message) => message.topic));
    for (const batch of batchesOf(messages)) await this.producer.send(topicMessagesOf(batch));
  }

  /** It never gives up: beginning anew makes a new member, for which the group waits until the former one timed out. */
  private newConsumer(groupId: string, stopped: AbortSignal): Consumer {
    const retries = retriesUntil(stopped);
    return kafkaClient(this.options, this.logger, retries).consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 262_144,
      retry: { retries, restartOnFailure: () => Promise.resolve(!stopped.aborted) },
    });
  }

  private async prepare(topics: readonly string[]): Promise<void> {
    await this.connect();
    await this.topics.ensure(topics);
  }

  private async connect(): Promise<void> {
    this.connected ??= this.admin.connect();
    await this.connected.catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
  }
}
