import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudEvent as BerthEvent, envelope, registry, topicsOf } from '@berth/contracts/events';
import { Clock } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent } from 'cloudevents';
import { type BusMessage, EmbeddedBus } from '../src/index.js';
import { silent } from './support.js';

const folder = join(import.meta.dirname, '../../contracts/samples');
const samples = readdirSync(folder).map((file) => {
  const event = JSON.parse(readFileSync(join(folder, file), 'utf8')) as BerthEvent;
  return { file, event };
});

describe('golden samples of events', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  it.each(samples)('$file is a CloudEvent and fits its definition', ({ event }) => {
    expect(new CloudEvent({ ...event }, true).validate()).toBe(true);
    expect(() => envelope.parse(event)).not.toThrow();
    expect(registry.get(event.type)?.data.safeParse(event.data).success).toBe(true);
  });

  it('come through the bus as they were', async () => {
    const bus = new EmbeddedBus({ url: test.url }, new Clock(), silent);
    const sent = samples.flatMap(({ event }): BusMessage[] => {
      const definition = registry.get(event.type);
      const topic = definition && topicsOf(definition)[0];
      return topic ? [{ topic, key: event.partitionkey, event }] : [];
    });
    const received: BusMessage[] = [];
    const topics = [...new Set(sent.map((message) => message.topic))];
    await bus.publish(sent);
    await bus.subscribe({ group: 'samples', topics }, (message) => Promise.resolve(void received.push(message)));
    await eventually(() => expect(received).toHaveLength(samples.length));
    const nameOf = ({ event }: BusMessage) => `${event.type} ${event.id}`;
    const byName = (a: BusMessage, b: BusMessage) => nameOf(a).localeCompare(nameOf(b));
    expect(received.sort(byName)).toEqual(sent.sort(byName));
    await bus.close();
  });
});
