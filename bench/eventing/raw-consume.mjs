// The least that consumes: kafkajs with the settings of our bus, and nothing done with what comes.
import { Kafka, logLevel } from 'kafkajs';
import { now } from './clock.mjs';

export async function open({ brokers, topic, partitions }) {
  const effects = [];
  const kafka = new Kafka({ clientId: 'raw-consumer', brokers, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'raw', maxWaitTimeInMs: 250, maxBytesPerPartition: 262_144 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommitInterval: 500,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) effects.push({ id: JSON.parse(String(value)).id, at: now() });
    },
  });
  return { effects };
}
