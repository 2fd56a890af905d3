import { serviceName } from '@berth/contracts/events';
import { EmbeddedBus } from '@berth/eventing';
import { Clock, type Logger } from '@berth/service-kit';

/**
 * Sends every service back to the beginning of the bus, before any of them reads. What they handled before has no second
 * effect; what one lost of its own database comes back, as far as the bus reaches.
 */
export async function replayEvents(busUrl: string, logger: Logger): Promise<void> {
  const bus = new EmbeddedBus({ url: busUrl }, new Clock(), logger);
  const topics = serviceName.options.map((service) => `berth.${service}`);
  try {
    for (const group of serviceName.options) await bus.rewind({ group, topics });
  } finally {
    await bus.close();
  }
}
