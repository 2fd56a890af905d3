import { randomUUID } from 'node:crypto';
import { type CloudEvent as BerthEvent } from '@berth/contracts/events';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CloudEvent, Kafka as KafkaBinding, type KafkaMessage } from 'cloudevents';
import { type EachMessagePayload, Kafka, logLevel } from 'kafkajs';
import { KafkaBus } from '../../src/kafka/kafka-bus.js';
import { cloudEvent, messageOf, silent } from '../support.js';

const brokers = [process.env['TEST_KAFKA_BROKERS'] ?? ''];

describe('what the Kafka bus puts on the wire', () => {
  const kafka = new Kafka({ clientId: 'reader', brokers, logLevel: logLevel.NOTHING });
  let bus: KafkaBus;
  let topic: string;

  beforeEach(() => {
    topic = `berth.${randomUUID()}`;
    bus = new KafkaBus({ clientId: 'test', brokers, partitions: 3 }, new Clock(), silent);
  });
  afterEach(() => bus.close());

  const readAll = async (count: number): Promise<EachMessagePayload[]> => {
    const consumer = kafka.consumer({ groupId: randomUUID() });
    const messages: EachMessagePayload[] = [];
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: (payload) => Promise.resolve(void messages.push(payload)) });
    await eventually(() => expect(messages).toHaveLength(count), { within: 20_000 });
    await consumer.disconnect();
    return messages;
  };

  it('is a CloudEvent in structured mode that other tools can read', async () => {
    const event = cloudEvent();
    await bus.publish([messageOf(event, topic)]);
    const [{ message } = never()] = await readAll(1);
    const headers = { 'content-type': String(message.headers?.['content-type']) };
    const record: KafkaMessage = {
      headers,
      key: String(message.key),
      value: String(message.value),
      body: undefined,
      timestamp: '',
    };
    const read = KafkaBinding.toEvent(record) as CloudEvent;
    expect(read.validate()).toBe(true);
    expect(read.toJSON()).toMatchObject({ ...event });
  });

  it('goes to a topic that it makes with the configured partitions, all of a key to one of them', async () => {
    const events = Array.from({ length: 60 }, (_, i): BerthEvent => cloudEvent({ partitionkey: `key-${i % 12}` }));
    await bus.publish(events.map((event) => messageOf(event, topic)));
    const admin = kafka.admin();
    await admin.connect();
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    expect(metadata.topics[0]?.partitions).toHaveLength(3);
    const byKey = Map.groupBy(await readAll(60), ({ message }) => String(message.key));
    expect(byKey.size).toBe(12);
    for (const each of byKey.values()) expect(new Set(each.map(({ partition }) => partition)).size).toBe(1);
    const used = new Set([...byKey.values()].map(([first]) => first?.partition));
    expect(used.size).toBeGreaterThan(1);
  });

  it('is not held up by a record that is no event', async () => {
    await bus.publish([messageOf(cloudEvent(), topic)]);
    const producer = kafka.producer();
    await producer.connect();
    const foreign = [
      { key: 'x', value: 'no JSON' },
      { key: 'y', value: null },
      { key: 'z', value: '7' },
    ];
    await producer.send({ topic, messages: foreign });
    await producer.disconnect();
    const after = Array.from({ length: 12 }, () => messageOf(cloudEvent(), topic));
    await bus.publish(after);
    const received: string[] = [];
    const deliver = ({ event }: { event: BerthEvent }) => Promise.resolve(void received.push(event.id));
    await bus.subscribe({ group: randomUUID(), topics: [topic] }, deliver);
    await eventually(() => expect(received).toHaveLength(13));
    expect(received).toEqual(expect.arrayContaining(after.map((message) => message.event.id)));
  });

  it('goes on after a refused send with a producer of its own', async () => {
    const tooLarge = cloudEvent({ data: 'x'.repeat(2_000_000) });
    await expect(bus.publish([messageOf(tooLarge, topic)])).rejects.toThrow('larger than the max');
    const event = cloudEvent();
    await bus.publish([messageOf(event, topic)]);
    expect(await readAll(1)).toHaveLength(1);
  });
});

function never(): never {
  throw new Error('nothing was read');
}
