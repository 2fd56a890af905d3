import type { TopicMessages } from 'kafkajs';
import type { BusMessage } from '../bus/event-bus.js';

/** Well below the 1 MiB that a broker takes at once by default: a refused batch would be refused for ever. */
const BATCH_BYTES = 524_288;
/** CloudEvents Kafka binding 1.0, structured mode. */
const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };

/** Splits messages, in order, into runs that fit into one record batch. */
export function batchesOf(messages: readonly BusMessage[]): BusMessage[][] {
  const batches: BusMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(message.event));
    bytes += size;
    if (bytes > BATCH_BYTES) {
      batches.push([]);
      bytes = size;
    }
    batches.at(-1)?.push(message);
  }
  return batches;
}

/** Records grouped by topic, in order within each. */
export function topicMessagesOf(messages: readonly BusMessage[]): TopicMessages[] {
  const topics = [...new Set(messages.map((message) => message.topic))];
  return topics.map((topic) => ({
    topic,
    messages: messages.filter((message) => message.topic === topic).map(recordOf),
  }));
}

const recordOf = ({ key, event }: BusMessage) => ({ key, value: JSON.stringify(event), headers });
