// The least that produces: kafkajs with the settings of our bus. One send at a time, as an idempotent producer that keeps order has it;
// what comes meanwhile goes together in the next one, as with us.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { now } from './clock.mjs';

const KEYS = 100;
const DATA = 'x'.repeat(400);

export async function open({ brokers, topic }) {
  const kafka = new Kafka({ clientId: 'raw-producer', brokers, logLevel: logLevel.NOTHING });
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner });
  await producer.connect();
  let waiting = [];
  let sending;
  const sendAll = async () => {
    while (waiting.length > 0)
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: waiting.splice(0) }] });
  };
  const send = (n) => {
    const id = randomUUID();
    waiting.push({ key: `key-${n % KEYS}`, value: JSON.stringify({ id, data: DATA }) });
    const at = now();
    sending ??= sendAll().finally(() => (sending = undefined));
    return sending.then(() => ({ id, at }));
  };
  return { send };
}
