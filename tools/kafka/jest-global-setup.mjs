import postgres from '../jest/global-setup.mjs';
import { startKafka } from './kafka.mjs';

/** Postgres as for every test run, and one Kafka node: TEST_KAFKA_BROKERS. */
export default async function globalSetup() {
  await postgres();
  if (process.env.TEST_KAFKA_BROKERS) return;
  globalThis.berthTestKafka = await startKafka();
  process.env.TEST_KAFKA_BROKERS = globalThis.berthTestKafka.brokers;
}
