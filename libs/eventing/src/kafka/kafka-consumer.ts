import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { deliverUntilAccepted } from '../bus/deliver-until-accepted.js';
import type { BusMessage, Deliver } from '../bus/event-bus.js';

const HEARTBEAT_EVERY = 3_000;
const COMMIT_EVERY = 500;

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One member of a Kafka consumer group. Offsets are committed after the handler, never before. */
export class KafkaConsumer {
  private readonly closing = new AbortController();

  constructor(
    private readonly consumer: Consumer,
    private readonly deliver: Deliver,
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
      for (const { key, value, offset } of batch.messages) {
        if (!payload.isRunning() || payload.isStale() || this.closing.signal.aborted) return;
        const event = this.parse(value, batch.topic, offset);
        if (event && !(await this.hand({ topic: batch.topic, key: String(key), event }))) return;
        resolveOffset(offset);
        await payload.commitOffsetsIfNecessary();
      }
      await heartbeat();
    } finally {
      stopBeating();
    }
  }

  private hand(message: BusMessage): Promise<boolean> {
    return deliverUntilAccepted(message, this.deliver, this.closing.signal, this.tools);
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
