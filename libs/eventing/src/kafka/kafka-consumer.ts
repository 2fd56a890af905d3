import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { deliverUntilAccepted } from '../bus/deliver-until-accepted.js';
import type { Deliver } from '../bus/event-bus.js';

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
        const event = JSON.parse(String(value)) as CloudEvent;
        const message = { topic: batch.topic, key: String(key), event };
        if (!(await deliverUntilAccepted(message, this.deliver, this.closing.signal, this.tools))) return;
        resolveOffset(offset);
        await payload.commitOffsetsIfNecessary();
      }
      await heartbeat();
    } finally {
      stopBeating();
    }
  }
}
