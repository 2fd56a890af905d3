// A consumer with an inbox in a process of its own, to be killed: before its transaction commits, or right after.
import { Clock, createDataSource, createLogger, Database } from '@berth/service-kit';
import { EventProcessor } from '../dist/inbox/event-processor.js';
import { MessageHandler } from '../dist/inbox/message-handler.js';
import { EmbeddedBus } from '../dist/index.js';

const { url, type, group, topic, hang } = JSON.parse(process.argv[2]);
const logger = createLogger('member', 'silent');
const clock = new Clock();
const source = createDataSource({ url, poolSize: 4, entities: [], migrations: [] });
const database = new Database(await source.initialize());
const forever = () => new Promise((resolve) => setTimeout(resolve, 600_000));

const processor = new EventProcessor();
processor.add(type, async (event, { tx }) => {
  await tx.query('insert into effect (event_id) values ($1)', [event.id]);
  if (hang !== 'before-commit') return;
  console.log('hangs');
  await forever();
});
const handler = new MessageHandler(database, processor, clock, logger);
await new EmbeddedBus({ url }, clock, logger).subscribe({ group, topics: [topic] }, async (message) => {
  await handler.handle(message);
  console.log('hangs');
  await forever();
});
