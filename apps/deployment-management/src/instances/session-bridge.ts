import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Accepted, Clock } from '@berth/service-kit';

/** Proxies close what is silent for a minute. */
const PING_MILLISECONDS = 15_000;
const ALLOWED_MILLISECONDS = 1_000;
/** Of the range that applications may use (RFC 6455, 7.4.2). */
const NO_LONGER_ALLOWED = 4_403;

/** Carries messages both ways until one side ends, or until the caller may no longer have the session. Never rejects. */
export async function bridge(
  { client, messages }: Accepted,
  session: Duplex,
  clock: Clock,
  isAllowed: () => Promise<boolean>,
): Promise<void> {
  const stopPing = clock.every(PING_MILLISECONDS, () => client.ping());
  const stopLooking = clock.every(ALLOWED_MILLISECONDS, () => void endUnlessAllowed(client, isAllowed));
  // A reader that left ends what runs for it.
  client.once('close', () => session.destroy());
  try {
    await pipeline(messages, session, messages);
  } catch {
    // One side broke off, and the other is closed by the pipeline: there is nobody to tell.
    client.close();
  } finally {
    stopPing();
    stopLooking();
  }
}

async function endUnlessAllowed(client: Accepted['client'], isAllowed: () => Promise<boolean>): Promise<void> {
  if (!(await isAllowed().catch(() => false))) client.close(NO_LONGER_ALLOWED, 'no longer allowed');
}
