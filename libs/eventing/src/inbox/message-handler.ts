import { type Clock, type Database, isInfrastructureError, type Logger } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import { deadLettered } from '../metrics/metrics.js';
import { inCorrelationOf } from './correlation.js';
import { describeError } from './describe-error.js';
import type { EventProcessor } from './event-processor.js';
import { Effects, noProgress } from './effects.js';
import { hasUuid } from './event-id.js';
import { bury, isParked, lockKey, park } from './parking.js';

const ATTEMPTS = 3;
const PAUSE = 50;

/** Takes one message from the bus to its effect: once, or into the dead letters, or back to the bus by throwing. */
export class MessageHandler {
  constructor(
    private readonly database: Database,
    private readonly processor: EventProcessor,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly effects = new Effects(processor, clock),
  ) {}

  /** @throws Error when the infrastructure failed: the bus delivers the message again */
  async handle(message: BusMessage): Promise<void> {
    const { event } = message;
    if (!this.processor.handles(event)) return;
    // Neither inbox nor dead letters can name it; thrown to the bus it would block its partition for ever.
    if (!hasUuid(event)) return this.logger.error({ event }, 'an event without a UUID as id was skipped');
    await inCorrelationOf(event, () => this.attempt(message));
  }

  private async attempt(message: BusMessage): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(message);
      } catch (error) {
        if (isInfrastructureError(error)) throw error;
        if (attempt >= ATTEMPTS) return this.giveUp(message, error, attempt);
        await this.clock.pause(PAUSE * attempt);
      }
    }
  }

  private async once(message: BusMessage): Promise<void> {
    const progress = noProgress();
    await this.database.transaction((tx) => this.effects.take(tx, [message], progress));
    if (progress.done === 0) await this.parkBehind(message);
  }

  private async parkBehind(message: BusMessage): Promise<void> {
    const parked = await this.database.transaction(async (tx) => {
      await lockKey(tx, message.key);
      if (!(await isParked(tx, message.key))) return false;
      await park(tx, message);
      return true;
    });
    if (!parked) await this.once(message);
  }

  private async giveUp(message: BusMessage, error: unknown, attempts: number): Promise<void> {
    const { event, key } = message;
    deadLettered.inc({ type: event.type });
    this.logger.error({ err: error, eventId: event.id, type: event.type, key }, 'an event became a dead letter');
    await this.database.transaction(async (tx) => {
      await lockKey(tx, key);
      await bury(tx, message, describeError(error), attempts);
    });
  }
}
