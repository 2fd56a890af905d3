import { postgres } from '../jest/postgres.mjs';
import { runWith } from '../jest/run.mjs';
import { startKafka } from './kafka.mjs';

/** One Kafka node, unless TEST_KAFKA_BROKERS names one. */
async function kafka() {
  if (process.env.TEST_KAFKA_BROKERS) return undefined;
  const { brokers, stop } = await startKafka();
  process.env.TEST_KAFKA_BROKERS = brokers;
  return stop;
}

export default runWith(postgres, kafka);
