import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import type { Delivery } from '../bus/delivery.js';
import type { BusMessage } from '../bus/event-bus.js';
import { describeError } from '../inbox/describe-error.js';

const HEARTBEAT_EVERY = 3_000;
const COMMIT_EVERY = 500;
const RUN = 2_000;
const TRY_AGAIN_AFTER = 1_000;

export interface KafkaConsumerOptions {
  readonly topics: readonly string[];
  readonly partitionsAtOnce: number;
  /** Connects, and makes the topics; throws while there is no broker. */
  prepare(): Promise<void>;
  makeConsumer(stopped: AbortSignal): Consumer;
}

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One member of a Kafka consumer group. Offsets are committed after the handler, never before. It begins when there is a
 * broker, and begins anew when kafkajs gives up.
 */
export class KafkaConsumer {
  private readonly closing = new AbortController();
  private consumer: Consumer | undefined;
  private preparing: Promise<void> | undefined;
  private begun = false;
  private warned = false;
  private trouble: string | undefined = 'Kafka has not answered yet.';

  constructor(
    private readonly options: KafkaConsumerOptions,
    private readonly delivery: Delivery,
    private readonly tools: Tools,
  ) {}

  get waitingFor(): string | undefined {
    return this.begun ? undefined : this.trouble;
  }

  start(): void {
    void this.keepConsuming();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.preparing?.catch(() => undefined); // told by `explain`
    await this.consumer?.disconnect();
  }

  private async keepConsuming(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.consumeUntilGivenUp().catch((error: unknown) => this.explain(error));
      await this.consumer?.disconnect().catch(() => undefined); // it is replaced, whatever state it is in
      await this.tools.clock.pause(TRY_AGAIN_AFTER, this.closing.signal);
    }
  }

  private async consumeUntilGivenUp(): Promise<void> {
    const { topics, partitionsAtOnce } = this.options;
    this.preparing = this.options.prepare();
    await this.preparing;
    if (this.closing.signal.aborted) return;
    const consumer = this.options.makeConsumer(this.closing.signal);
    this.consumer = consumer;
    const givenUp = this.givenUp(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: true,
      autoCommitInterval: COMMIT_EVERY,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: (payload) => this.consume(payload),
    });
    if (!this.begun && this.warned) this.tools.logger.info({ topics }, 'Kafka is there, events are consumed');
    this.begun = true;
    await givenUp;
  }

  /** Rejects when kafkajs stops for good, which it does after errors that it takes for lasting; resolves when closed. */
  private givenUp(consumer: Consumer): Promise<void> {
    const given = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      this.closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    given.catch(() => undefined); // heard by who waits for it, if that was reached
    return given;
  }

  private explain(error: unknown): void {
    this.trouble = `Kafka cannot be used: ${describeError(error)}`;
    const { topics } = this.options;
    if (this.begun)
      return this.tools.logger.warn({ err: error, topics }, 'a consumer of Kafka gave up and begins anew');
    if (!this.warned)
      this.tools.logger.warn({ err: error, topics }, 'Kafka cannot be used; consuming begins when it can');
    this.warned = true;
  }

  private async consume({ batch, resolveOffset, heartbeat, ...payload }: EachBatchPayload): Promise<void> {
    const stopBeating = this.tools.clock.every(HEARTBEAT_EVERY, () => {
      heartbeat().catch((error: unknown) => this.tools.logger.debug({ err: error }, 'a heartbeat failed'));
    });
    try {
      const records = this.recordsOf(batch);
      const messages = records.map(({ message }) => message);
      for (let done = 0; done < records.length;) {
        if (!payload.isRunning() || payload.isStale() || this.closing.signal.aborted) return;
        const accepted = await this.delivery.some(messages.slice(done, done + RUN), this.closing.signal);
        if (accepted === 0) return;
        done += accepted;
        resolveOffset(String(records[done - 1]?.offset));
        await payload.commitOffsetsIfNecessary();
      }
      resolveOffset(batch.lastOffset());
      await heartbeat();
    } finally {
      stopBeating();
    }
  }

  private recordsOf({ topic, messages }: Batch): { offset: string; message: BusMessage }[] {
    return messages.flatMap(({ key, value, offset }) => {
      const event = this.parse(value, topic, offset);
      return event ? [{ offset, message: { topic, key: String(key), event } }] : [];
    });
  }

  /** Undefined for a record that somebody else put there: thrown, it would block its partition for ever. */
  private parse(value: Buffer | null, topic: string, offset: string): CloudEvent | undefined {
    try {
      const event: unknown = JSON.parse(String(value));
      if (typeof event === 'object' && event !== null) return event as CloudEvent;
    } catch {
      // told below, as any other record that is no event
    }
    this.tools.logger.error({ topic, offset }, 'a record that is no event was skipped');
    return undefined;
  }
}
