import type { Clock, Logger } from '@berth/service-kit';
import { deliverUntilAccepted } from './deliver-until-accepted.js';
import type { BusMessage, Deliver, DeliverRun } from './event-bus.js';

/** How an adapter hands over what it has read of a partition: in runs while that goes well, else one by one. */
export class Delivery {
  constructor(
    private readonly deliver: Deliver,
    private readonly deliverRun: DeliverRun | undefined,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {}

  /** Answers how many messages, from the first on, were accepted: at least one, unless `stopped` aborted before. */
  async some(messages: readonly BusMessage[], stopped: AbortSignal): Promise<number> {
    const accepted = messages.length > 1 ? await this.run(messages, stopped) : 0;
    if (accepted > 0) return accepted;
    const [first] = messages;
    return first && (await deliverUntilAccepted(first, this.deliver, stopped, this.tools)) ? 1 : 0;
  }

  private async run(messages: readonly BusMessage[], stopped: AbortSignal): Promise<number> {
    if (!this.deliverRun || stopped.aborted) return 0;
    try {
      return await this.deliverRun(messages, stopped);
    } catch (error) {
      // Told in full where it fails alone.
      this.tools.logger.debug({ err: error, events: messages.length }, 'a run of events was not accepted');
      return 0;
    }
  }
}
