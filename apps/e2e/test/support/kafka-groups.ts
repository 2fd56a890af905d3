import { eventually } from '@berth/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';

async function asAdmin<Result>(brokers: string, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = new Kafka({ clientId: 'operator', brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export const topicsReadBy = (brokers: string, groupId: string): Promise<string[]> =>
  asAdmin(brokers, async (admin) => (await admin.fetchOffsets({ groupId })).map(({ topic }) => topic));

/** As an operator does while their services are stopped: a group that nobody knows begins at the beginning. */
export const forgetGroups = (brokers: string, groups: readonly string[]): Promise<void> =>
  asAdmin(brokers, async (admin) => {
    // The broker may hold for a moment what has left a group.
    for (const group of groups) await eventually(() => admin.deleteGroups([group]), { within: 60_000 });
  });

/** Until a group has read, and committed, all that these topics hold now. */
export const untilReadBy = (brokers: string, groupId: string, topics: string[]): Promise<void> =>
  asAdmin(brokers, async (admin) => {
    const placesOf = (topic: string, places: readonly { partition: number; offset: string }[]) =>
      places.map(({ partition, offset }): [string, number] => [`${topic}/${partition}`, Math.max(0, Number(offset))]);
    const heads = await Promise.all(topics.map(async (topic) => placesOf(topic, await admin.fetchTopicOffsets(topic))));
    await eventually(
      async () => {
        const read = await admin.fetchOffsets({ groupId, topics });
        const at = new Map(read.flatMap(({ topic, partitions }) => placesOf(topic, partitions)));
        const behind = heads.flat().filter(([place, head]) => (at.get(place) ?? 0) < head);
        if (behind.length > 0) throw new Error(`${groupId} has not read all of ${behind.join(', ')}`);
      },
      { within: 60_000 },
    );
  });
