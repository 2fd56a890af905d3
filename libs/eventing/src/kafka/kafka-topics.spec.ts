import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import type { Admin, ITopicConfig } from 'kafkajs';
import { KafkaTopics } from './kafka-topics.js';

class BrokerError extends Error {
  constructor(readonly type: string) {
    super(type);
  }
}

/** A broker that knows topics by name. */
class FakeAdmin {
  readonly created: ITopicConfig[] = [];
  asked = 0;
  failures = 0;
  /** What is said before topics are made: false when another process has just made them. */
  readonly answers: (BrokerError | false)[] = [];

  constructor(private readonly existing: string[] = []) {}

  listTopics(): Promise<string[]> {
    this.asked++;
    if (this.failures-- > 0) return Promise.reject(new Error('no broker'));
    return Promise.resolve([...this.existing, ...this.created.map((each) => each.topic)]);
  }
  createTopics({ topics }: { topics: ITopicConfig[] }): Promise<boolean> {
    const answer = this.answers.shift();
    if (answer === false) return Promise.resolve(false);
    if (answer) return Promise.reject(answer);
    this.created.push(...topics);
    return Promise.resolve(true);
  }
}

const make = (admin: FakeAdmin, clock = new Clock()) => new KafkaTopics(admin as unknown as Admin, 8, 3, clock);

describe('topics of Kafka', () => {
  it('are created with the configured partitions and replicas, and keep what inboxes remember', async () => {
    const admin = new FakeAdmin();
    await make(admin).ensure(['berth.build']);
    const configEntries = [{ name: 'retention.ms', value: '604800000' }];
    expect(admin.created).toEqual([{ topic: 'berth.build', numPartitions: 8, replicationFactor: 3, configEntries }]);
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

  it('are looked for again while no broker has heard of what was just made, here or elsewhere', async () => {
    const admin = new FakeAdmin();
    admin.answers.push(new BrokerError('UNKNOWN_TOPIC_OR_PARTITION'), false);
    await make(admin).ensure(['a']);
    expect(admin.created.map((each) => each.topic)).toEqual(['a']);
    expect(admin.asked).toBe(3);
  });

  it('are not taken for made when brokers never show them, or refuse them', async () => {
    const refusing = new FakeAdmin();
    refusing.answers.push(new BrokerError('POLICY_VIOLATION'));
    await expect(make(refusing).ensure(['a'])).rejects.toThrow('POLICY_VIOLATION');
    const hiding = new FakeAdmin();
    hiding.answers.push(...Array.from({ length: 20 }, () => false as const));
    const clock = Object.assign(new Clock(), { pause: () => Promise.resolve() });
    await expect(make(hiding, clock).ensure(['a'])).rejects.toThrow('do not show the topic a');
  });
});
