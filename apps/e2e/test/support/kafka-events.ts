import { randomUUID } from 'node:crypto';
import type { CloudEvent } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';

/** Everything that all topics of the platform hold, in the order of each partition. */
export async function readAllTopics(brokers: string): Promise<CloudEvent[]> {
  const kafka = new Kafka({ clientId: 'reader', brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: randomUUID() });
  await Promise.all([admin.connect(), consumer.connect()]);
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith('berth.'));
    const expected = await countOf(admin, topics);
    const found: { readonly place: string; readonly event: CloudEvent }[] = [];
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ topic, partition, message }) => {
        found.push({ place: `${topic}/${partition}`, event: JSON.parse(String(message.value)) as CloudEvent });
        return Promise.resolve();
      },
    });
    await eventually(() => found.length >= expected || Promise.reject(new Error(`${found.length} of ${expected}`)), {
      within: 60_000,
    });
    return found.toSorted((a, b) => a.place.localeCompare(b.place)).map(({ event }) => event);
  } finally {
    await Promise.all([consumer.disconnect(), admin.disconnect()]);
  }
}

async function countOf(admin: Admin, topics: readonly string[]): Promise<number> {
  const offsets = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  return offsets.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
