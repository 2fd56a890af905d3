// M6, Kafka: from the commit of an event to its committed effect in another service, at 1,000 events/s, against kafkajs alone with the same
// settings: produce -> consume, without database, outbox, inbox or effect. Each side is two processes; one broker for all. Needs Java.
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../tools/kafka/kafka.mjs';
import { inPairs } from './support/pairs.mjs';
import { atMost, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';
import { checkEffects, effectTable, execute, LOAD, onStage, warmUp } from './eventing/stage.mjs';

export const name = 'commit -> effect in another service, Kafka, at 1,000 events/s';
const PARTITIONS = 8;
const TOPIC = 'raw';

export const run = ({ rounds }) =>
  onStage(['producer', 'consumer'], async ({ urls, start }) => {
    await execute(urls.consumer, [effectTable]);
    const kafka = await startKafka();
    try {
      await makeTopic(kafka.brokers);
      const raw = { brokers: [kafka.brokers], topic: TOPIC, partitions: PARTITIONS };
      const base = await start({
        producer: { side: 'raw-produce', ...raw },
        consumer: { side: 'raw-consume', ...raw },
      });
      const ours = await start(berth(urls, kafka.brokers));
      await warmUp([ours, base]);
      const measure = (side) => () => side.measure(LOAD);
      const pairs = await inPairs({ rounds }, { ours: measure(ours), base: measure(base) });
      checkEffects(await ours.table(), rounds);
      return Object.entries({ p50, p99 }).map(([quantile, of]) =>
        ratioRow({ id: 'M6', what: `Kafka bus / kafkajs alone, ${quantile}`, pairs, of, unit: 'ms', goal: atMost(2) }),
      );
    } finally {
      await kafka.stop();
    }
  });

function berth({ producer, consumer }, brokers) {
  const bus = { BUS: 'kafka', KAFKA_BROKERS: brokers };
  return {
    producer: { side: 'outbox', environment: { DATABASE_URL: producer, ...bus } },
    consumer: { side: 'handler', environment: { DATABASE_URL: consumer, ...bus } },
  };
}

async function makeTopic(brokers) {
  const admin = new Kafka({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  await admin.disconnect();
}
