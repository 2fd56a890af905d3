import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cloudEvent } from '../../test/support.js';
import type { BusMessage } from '../bus/event-bus.js';
import { batchesOf, topicMessagesOf } from './kafka-records.js';

const messageOfSize = (size: number): BusMessage => {
  const event = cloudEvent({ data: 'x'.repeat(size) });
  return { topic: 'berth.build', key: event.partitionkey, event };
};
const bytesOf = (batch: readonly BusMessage[]) =>
  batch.reduce((sum, each) => sum + Buffer.byteLength(JSON.stringify(each.event)), 0);

describe('batches for Kafka', () => {
  it('keep every message in order and below the limit, and are as few as that allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 262_144 }), { maxLength: 20 }), (sizes) => {
        const messages = sizes.map(messageOfSize);
        const batches = batchesOf(messages);
        expect(batches.flat()).toEqual(messages);
        for (const batch of batches) expect(bytesOf(batch)).toBeLessThanOrEqual(524_288);
        batches.slice(1).forEach((batch, index) => {
          expect(bytesOf([...(batches[index] ?? []), ...batch.slice(0, 1)])).toBeGreaterThan(524_288);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('carry a message that alone is over the limit', () => {
    const large = messageOfSize(600_000);
    expect(batchesOf([messageOfSize(1), large, messageOfSize(2)])).toHaveLength(3);
  });

  it('are grouped by topic, in order within each', () => {
    const [a, b, c] = [messageOfSize(1), { ...messageOfSize(2), topic: 'berth.metering' }, messageOfSize(3)];
    const grouped = topicMessagesOf([a, b, c]);
    expect(grouped.map(({ topic, messages }) => [topic, messages.map((each) => each.key)])).toEqual([
      ['berth.build', [a.key, c.key]],
      ['berth.metering', [b.key]],
    ]);
  });

  it('are CloudEvents in structured mode', () => {
    const message = messageOfSize(1);
    const [record] = topicMessagesOf([message])[0]?.messages ?? [];
    expect(record?.headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8' });
    expect(JSON.parse(String(record?.value))).toEqual(message.event);
  });
});
