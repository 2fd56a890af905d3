import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import type { Delivery } from '../bus/delivery.js';
import type { BusMessage } from '../bus/event-bus.js';

const HEARTBEAT_EVERY = 3_000;
const COMMIT_EVERY = 500;
const RUN = 200;

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One member of a Kafka consumer group. Offsets are committed after the handler, never before. */
export class KafkaConsumer {
  private readonly closing = new AbortController();

  constructor(
    private readonly consumer: Consumer,
    private readonly delivery: Delivery,
    private readonly tools: Tools,
  ) {}

  async start(topics: readonly string[], partitionsAtOnce: number): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: true,
      autoCommitInterval: COMMIT_EVERY,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: (payload) => this.consume(payload),
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.consumer.disconnect();
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
