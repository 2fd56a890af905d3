import type { Clock, Logger } from '@berth/service-kit';
import type { BusMessage, Deliver } from './event-bus.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5_000;

/** Milliseconds before attempt `n` + 1, doubling from 50 ms to 5 s. */
export const backOff = (attempt: number): number => Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);

/**
 * Hands a message over again and again until it is accepted, so that nothing behind it overtakes.
 * Answers false when `stopped` aborted before that.
 */
export async function deliverUntilAccepted(
  message: BusMessage,
  deliver: Deliver,
  stopped: AbortSignal,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<boolean> {
  for (let attempt = 1; !stopped.aborted; attempt++) {
    try {
      await deliver(message);
      return true;
    } catch (error) {
      logger.warn({ err: error, eventId: message.event.id, attempt }, 'an event was not accepted and comes again');
      await clock.pause(backOff(attempt), stopped);
    }
  }
  return false;
}
