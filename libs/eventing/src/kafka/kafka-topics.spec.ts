import { describe, expect, it } from '@jest/globals';
import type { Admin, ITopicConfig } from 'kafkajs';
import { KafkaTopics } from './kafka-topics.js';

/** A broker that knows topics by name. */
class FakeAdmin {
  readonly created: ITopicConfig[] = [];
  asked = 0;
  failures = 0;

  constructor(private readonly existing: string[] = []) {}

  listTopics(): Promise<string[]> {
    this.asked++;
    if (this.failures-- > 0) return Promise.reject(new Error('no broker'));
    return Promise.resolve([...this.existing, ...this.created.map((each) => each.topic)]);
  }
  createTopics({ topics }: { topics: ITopicConfig[] }): Promise<boolean> {
    this.created.push(...topics);
    return Promise.resolve(true);
  }
}

const make = (admin: FakeAdmin) => new KafkaTopics(admin as unknown as Admin, 8, 3);

describe('topics of Kafka', () => {
  it('are created with the configured partitions and replicas', async () => {
    const admin = new FakeAdmin();
    await make(admin).ensure(['berth.build']);
    expect(admin.created).toEqual([{ topic: 'berth.build', numPartitions: 8, replicationFactor: 3 }]);
  });

  it('are left alone when they are there', async () => {
    const admin = new FakeAdmin(['berth.build']);
    await make(admin).ensure(['berth.build']);
    expect(admin.created).toEqual([]);
  });

  it('are asked for once each, also at the same time', async () => {
    const admin = new FakeAdmin();
    const topics = make(admin);
    await Promise.all([topics.ensure(['a', 'a', 'b']), topics.ensure(['a']), topics.ensure(['b'])]);
    await topics.ensure(['a', 'b']);
    expect(admin.created.map((each) => each.topic).sort()).toEqual(['a', 'b']);
    expect(admin.asked).toBe(2);
  });

  it('are asked for again when the broker did not answer', async () => {
    const admin = new FakeAdmin();
    admin.failures = 1;
    const topics = make(admin);
    await expect(topics.ensure(['a'])).rejects.toThrow('no broker');
    await topics.ensure(['a']);
    expect(admin.created.map((each) => each.topic)).toEqual(['a']);
  });
});
