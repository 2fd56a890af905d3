import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Clock, Database, type Sql } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeadLetters, eventingMigrations } from '../src/index.js';
import { EventProcessor } from '../src/inbox/event-processor.js';
import { trimInbox } from '../src/inbox/inbox.js';
import { MessageHandler } from '../src/inbox/message-handler.js';
import { cloudEvent, messageOf, silent } from './support.js';

describe('parking', () => {
  let test: TestDatabase;
  let database: Database;
  let failing: (version: number) => boolean;
  let handled: number[];
  let inHandler: () => Promise<void>;
  let handler: MessageHandler;
  let letters: DeadLetters;

  beforeAll(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    database = test.database;
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await database.query('truncate inbox, dead_letter');
    failing = () => false;
    handled = [];
    inHandler = () => Promise.resolve();
    const processor = new EventProcessor();
    processor.add(buildStarted.type, async ({ aggregateversion }) => {
      await inHandler();
      if (failing(aggregateversion)) throw new Error(`no ${aggregateversion}`);
      handled.push(aggregateversion);
    });
    handler = new MessageHandler(database, processor, new Clock(), silent);
    letters = new DeadLetters(database, processor, silent);
  });

  const eventOf = (subject: string, aggregateversion: number) => messageOf(cloudEvent({ subject, aggregateversion }));
  const open = () => letters.list({ limit: 1_000 }).then((page) => page.items);

  it('is seen by every replica: what one buried, another parks behind', async () => {
    const subject = randomUUID();
    failing = (version) => version === 1;
    await handler.handle(eventOf(subject, 1));
    const processor = new EventProcessor();
    processor.add(buildStarted.type, () => Promise.reject(new Error('must not be called')));
    await new MessageHandler(database, processor, new Clock(), silent).handle(eventOf(subject, 2));
    expect((await open()).map((letter) => letter.state)).toEqual(['failed', 'parked']);
  });

  it('takes an event once, however often it is delivered', async () => {
    const subject = randomUUID();
    const [first, second] = [eventOf(subject, 1), eventOf(subject, 2)];
    failing = () => true;
    for (const message of [first, second, first, second]) await handler.handle(message);
    expect((await open()).map((letter) => letter.id)).toEqual([first.event.id, second.event.id]);
  });

  it('never strands an event that comes while its key is replayed', async () => {
    for (let round = 0; round < 20; round++) {
      const subject = randomUUID();
      failing = () => true;
      await handler.handle(eventOf(subject, 1));
      failing = () => false;
      handled = [];
      const replay = letters.replay(subject, 'mended');
      for (let version = 2; version <= 5; version++) await handler.handle(eventOf(subject, version));
      await replay;
      await letters.replay(subject, 'the rest, if any');
      expect(handled).toEqual([1, 2, 3, 4, 5]);
      expect(await open()).toEqual([]);
    }
  });

  it('holds a key back until its replay is done', async () => {
    const subject = randomUUID();
    failing = () => true;
    await handler.handle(eventOf(subject, 1));
    failing = () => false;
    let release: (() => void) | undefined;
    inHandler = () => new Promise((resolve) => (release = resolve));
    const replay = letters.replay(subject, 'mended');
    await eventually(() => expect(release).toBeDefined());
    inHandler = () => Promise.resolve();
    const later = handler.handle(eventOf(subject, 2));
    expect(handled).toEqual([]);
    release?.();
    await Promise.all([replay, later]);
    await letters.replay(subject, 'the rest, if any');
    expect(handled).toEqual([1, 2]);
  });

  it('is undone from within a request that has a transaction of its own, event by event', async () => {
    const subject = randomUUID();
    failing = () => true;
    for (const version of [1, 2, 3]) await handler.handle(eventOf(subject, version));
    failing = (version) => version === 2;
    const result = await database.enclose(() => letters.replay(subject, 'half mended'));
    expect(result).toEqual({ replayed: 1, remaining: 2, error: 'Error: no 2' });
    expect((await open()).map(({ attempts, state }) => [state, attempts])).toEqual([
      ['failed', 1],
      ['parked', 0],
    ]);
  });

  it('lists open letters page by page, oldest first', async () => {
    failing = () => true;
    const subjects = Array.from({ length: 5 }, () => randomUUID());
    for (const subject of subjects) await handler.handle(eventOf(subject, 1));
    const first = await letters.list({ limit: 2 });
    const second = await letters.list({ limit: 2, cursor: first.next });
    const third = await letters.list({ limit: 2, cursor: second.next });
    expect([...first.items, ...second.items, ...third.items].map((letter) => letter.key)).toEqual(subjects);
    expect(third.next).toBeNull();
    expect(first.items[0]).toMatchObject({ state: 'failed', error: 'Error: no 1', attempts: 3, reason: null });
  });

  it('is not tried when the infrastructure fails while a letter is replayed', async () => {
    const subject = randomUUID();
    failing = () => true;
    await handler.handle(eventOf(subject, 1));
    inHandler = () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
    await expect(letters.replay(subject, 'mended')).rejects.toThrow('gone');
    expect((await open()).map((letter) => letter.attempts)).toEqual([3]);
  });

  it('skips an event whose id no table could hold, so that it blocks nothing', async () => {
    await handler.handle(messageOf(cloudEvent({ id: 'no uuid' })));
    expect(handled).toEqual([]);
    expect(await open()).toEqual([]);
  });

  it('trims the inbox of what is old and keeps the rest', async () => {
    const [old, young] = [eventOf(randomUUID(), 1), eventOf(randomUUID(), 1)];
    await handler.handle(old);
    await handler.handle(young);
    await database.query(`update inbox set received_at = now() - interval '31 days' where event_id = $1`, [
      old.event.id,
    ]);
    await trimInbox(database, 30);
    expect(await database.query('select event_id from inbox')).toEqual([{ event_id: young.event.id }]);
  });

  it('trims the inbox in small steps, to the end', async () => {
    await database.query(`insert into inbox (event_id, received_at)
      select gen_random_uuid(), now() - interval '31 days' from generate_series(1, 250)`);
    const deleted: number[] = [];
    const counting: Pick<Sql, 'query'> = {
      query: async <Row extends object>(sql: string, parameters?: readonly unknown[]) => {
        const rows = await database.query<Row>(sql, parameters);
        deleted.push((rows[0] as unknown as { deleted: number }).deleted);
        return rows;
      },
    };
    await trimInbox(counting, 30, 100);
    expect(deleted).toEqual([100, 100, 50]);
    expect(await database.query('select 1 from inbox')).toEqual([]);
  });
});
