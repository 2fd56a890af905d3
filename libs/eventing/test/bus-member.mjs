// A member of a consumer group in a process of its own, to be killed. Uses the built library, as a service would.
import { Clock, createLogger } from '@berth/service-kit';
import { EmbeddedBus } from '../dist/index.js';
import { KafkaBus } from '../dist/kafka/kafka-bus.js';

const { url, brokers, group, topic, hangAfter } = JSON.parse(process.argv[2]);
const logger = createLogger('member', 'silent');
const bus = url
  ? new EmbeddedBus({ url }, new Clock(), logger)
  : new KafkaBus({ clientId: 'member', brokers }, new Clock(), logger);

let finished = 0;
await bus.subscribe({ group, topics: [topic] }, async ({ event }) => {
  console.log(`finished ${event.id}`);
  if (++finished <= hangAfter) return;
  console.log('hangs');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
