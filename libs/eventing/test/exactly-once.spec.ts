import { buildStarted } from '@berth/contracts/events';
import { Clock } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedBus, eventingMigrations } from '../src/index.js';
import { EventProcessor } from '../src/inbox/event-processor.js';
import { MessageHandler } from '../src/inbox/message-handler.js';
import { spawnMember } from './spawn-member.js';
import { cloudEvent, messageOf, silent } from './support.js';

describe('an event takes effect exactly once', () => {
  const clock = new Clock();
  let test: TestDatabase;
  let bus: EmbeddedBus;

  beforeEach(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    await test.database.query('create table effect (event_id uuid)');
    bus = new EmbeddedBus({ url: test.url }, clock, silent);
  });
  afterEach(async () => {
    await bus.close();
    await test.drop();
  });

  const consumer = () => {
    const processor = new EventProcessor();
    processor.add(buildStarted.type, async (event, { tx }) => {
      await tx.query('insert into effect (event_id) values ($1)', [event.id]);
    });
    return new MessageHandler(test.database, processor, clock, silent);
  };
  const effects = async () =>
    (await test.database.query<{ event_id: string }>('select event_id from effect')).map((row) => row.event_id);
  const position = async () => {
    const sql = 'select sum(next_offset)::int as passed from berth_bus.position';
    return (await test.database.query<{ passed: number }>(sql))[0]?.passed;
  };

  it.each(['before-commit', 'after-commit'])('when its consumer is killed %s', async (hang) => {
    const events = [cloudEvent(), cloudEvent()];
    await bus.publish(events.slice(0, 1).map((event) => messageOf(event)));
    const options = { url: test.url, type: buildStarted.type, group: 'build', topic: 'berth.build', hang };
    const member = await spawnMember(options, 'inbox-member.mjs');
    await eventually(() => expect(member.hangs).toBe(true), { within: 240_000 }); // a program starts
    await member.kill();
    expect(await effects()).toHaveLength(hang === 'after-commit' ? 1 : 0);
    expect(await position()).toBe(0);
    const handler = consumer();
    const delivered: string[] = [];
    await bus.subscribe({ group: 'build', topics: ['berth.build'] }, async (message) => {
      await handler.handle(message);
      delivered.push(message.event.id);
    });
    await bus.publish(events.slice(1).map((event) => messageOf(event)));
    const ids = events.map((event) => event.id).sort();
    await eventually(() => expect(delivered.sort()).toEqual(ids));
    expect((await effects()).sort()).toEqual(ids);
  });

  it('when two consumers get it at the same time', async () => {
    const messages = Array.from({ length: 50 }, () => messageOf(cloudEvent()));
    const both = [consumer(), consumer()];
    await Promise.all(messages.flatMap((message) => both.map((handler) => handler.handle(message))));
    expect((await effects()).sort()).toEqual(messages.map((message) => message.event.id).sort());
  });

  it('when the whole topic is replayed twice', async () => {
    const messages = Array.from({ length: 60 }, () => messageOf(cloudEvent()));
    await bus.publish(messages);
    const options = { group: 'build', topics: ['berth.build'] };
    for (let round = 0; round < 3; round++) {
      const handler = consumer();
      let delivered = 0;
      const subscription = await bus.subscribe(options, async (message) => {
        await handler.handle(message);
        delivered++;
      });
      await eventually(() => expect(delivered).toBe(60));
      await subscription.close();
      await bus.rewind(options);
    }
    expect(await effects()).toHaveLength(60);
  });
});
