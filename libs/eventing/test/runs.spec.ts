import { randomUUID } from 'node:crypto';
import { buildFailed, buildStarted } from '@berth/contracts/events';
import { Clock } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BusMessage, DeadLetters, eventingMigrations } from '../src/index.js';
import { Delivery } from '../src/bus/delivery.js';
import { Effects } from '../src/inbox/effects.js';
import { EventProcessor, type HandlerOptions, repeatable, type RunsHandler } from '../src/inbox/event-processor.js';
import { MessageHandler } from '../src/inbox/message-handler.js';
import { RunHandler } from '../src/inbox/run-handler.js';
import { cloudEvent, messageOf, silent } from './support.js';

/** Time goes on only when a test says so, and pauses take none. */
class HeldClock extends Clock {
  time = 0;
  override monotonic(): number {
    return this.time;
  }
  override pause(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a run of events', () => {
  let test: TestDatabase;
  let clock: HeldClock;
  let before: (version: number) => void;
  let runs: { handle(messages: readonly BusMessage[], stopped?: AbortSignal): Promise<number> };
  let single: MessageHandler;
  let letters: DeadLetters;

  beforeAll(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    await test.database.query('create table effect (seq serial, subject text, version int)');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.database.query('truncate inbox, dead_letter, effect');
    clock = new HeldClock();
    before = () => undefined;
    const processor = new EventProcessor();
    processor.add(buildStarted.type, async ({ subject, aggregateversion }, { tx }) => {
      await tx.query('insert into effect (subject, version) values ($1, $2)', [subject, aggregateversion]);
      before(aggregateversion);
    });
    const handler = new RunHandler(test.database, new Effects(processor, clock));
    runs = { handle: (messages, stopped = new AbortController().signal) => handler.handle(messages, stopped) };
    single = new MessageHandler(test.database, processor, clock, silent);
    letters = new DeadLetters(test.database, processor, silent);
  });

  const run = (subject: string, ...versions: number[]): BusMessage[] =>
    versions.map((aggregateversion) => messageOf(cloudEvent({ subject, aggregateversion })));
  const effects = async () => {
    const rows = await test.database.query<{ version: number }>('select version from effect order by seq');
    return rows.map((row) => row.version);
  };
  const failAt = (bad: number, code?: string) => (version: number) => {
    if (version === bad) throw Object.assign(new Error(`no ${bad}`), code ? { code } : {});
  };
  const commits = async () => {
    const sql = `select count(distinct xmin::text)::int as count from effect`;
    return (await test.database.query<{ count: number }>(sql))[0]?.count;
  };

  it('takes effect in one transaction, in order', async () => {
    expect(await runs.handle(run(randomUUID(), 1, 2, 3, 4))).toBe(4);
    expect([await effects(), await commits()]).toEqual([[1, 2, 3, 4], 1]);
  });

  it('takes effect once, also when an event is in it twice or was there before', async () => {
    const [one, two, three] = run(randomUUID(), 1, 2, 3) as [BusMessage, BusMessage, BusMessage];
    await single.handle(two);
    expect(await runs.handle([one, one, two, three, one])).toBe(5);
    expect(await effects()).toEqual([2, 1, 3]);
    expect(await runs.handle([one, two, three])).toBe(3);
    expect(await effects()).toHaveLength(3);
  });

  it('passes over types without handler and leaves no trace of them', async () => {
    const [one, two] = run(randomUUID(), 1, 2) as [BusMessage, BusMessage];
    const unhandled = messageOf(cloudEvent({ type: buildFailed.type, data: {} }));
    expect(await runs.handle([unhandled, one, unhandled, two])).toBe(4);
    expect(await runs.handle([unhandled, unhandled])).toBe(2);
    expect(await effects()).toEqual([1, 2]);
    expect(await test.database.query('select 1 from inbox')).toHaveLength(2);
  });

  it('ends before an event that cannot be handled, with those before it done and those behind it untouched', async () => {
    before = failAt(3);
    const messages = run(randomUUID(), 1, 2, 3, 4);
    expect(await runs.handle(messages)).toBe(2);
    expect(await effects()).toEqual([1, 2]);
    const inbox = await test.database.query<{ event_id: string }>('select event_id from inbox');
    expect(inbox.map((row) => row.event_id).sort()).toEqual(
      messages
        .slice(0, 2)
        .map(({ event }) => event.id)
        .sort(),
    );
  });

  it('has no effect when its first event cannot be handled', async () => {
    before = failAt(1);
    await expect(runs.handle(run(randomUUID(), 1, 2))).rejects.toThrow('no 1');
    expect(await effects()).toEqual([]);
    expect(await test.database.query('select 1 from inbox')).toEqual([]);
  });

  it('ends before an event whose key is parked', async () => {
    const [parked, free] = [randomUUID(), randomUUID()];
    before = failAt(1);
    await single.handle(run(parked, 1)[0]!);
    expect(await runs.handle([...run(free, 2, 3), ...run(parked, 4), ...run(free, 5)])).toBe(2);
    expect(await effects()).toEqual([2, 3]);
    expect(await runs.handle([...run(parked, 4), ...run(free, 5)])).toBe(0);
  });

  it('ends before an event without a UUID', async () => {
    const nameless = messageOf(cloudEvent({ id: 'no uuid' }));
    expect(await runs.handle([...run(randomUUID(), 1), nameless])).toBe(1);
    expect(await runs.handle([nameless, nameless])).toBe(0);
  });

  it('takes up nothing more when its time is up, and forgets what it did not take up', async () => {
    before = (version) => void (clock.time += version === 2 ? 101 : 0);
    const messages = run(randomUUID(), 1, 2, 3, 4);
    expect(await runs.handle(messages)).toBe(2);
    expect(await effects()).toEqual([1, 2]);
    expect(await runs.handle(messages.slice(2))).toBe(2);
    expect(await effects()).toEqual([1, 2, 3, 4]);
  });

  it('takes up nothing more once it is stopped', async () => {
    const stop = new AbortController();
    before = () => stop.abort();
    expect(await runs.handle(run(randomUUID(), 1, 2), stop.signal)).toBe(1);
    expect(await effects()).toEqual([1]);
    expect(await test.database.query('select 1 from inbox')).toHaveLength(1);
  });

  it('handles at least one event, however slow', async () => {
    before = () => void (clock.time += 1_000);
    expect(await runs.handle(run(randomUUID(), 1, 2))).toBe(1);
  });

  it('gives itself back whole when the database fails at its commit', async () => {
    await test.database.query(`create function refuse() returns trigger language plpgsql as
      $$ begin raise 'not now' using errcode = '57P01'; end $$`);
    await test.database.query(`create constraint trigger late after insert on effect
      deferrable initially deferred for each row when (new.version = 2) execute function refuse()`);
    await expect(runs.handle(run(randomUUID(), 1, 2, 3))).rejects.toThrow('not now');
    await test.database.query('drop trigger late on effect');
    await test.database.query('drop function refuse');
    expect([await effects(), await test.database.query('select 1 from inbox')]).toEqual([[], []]);
  });

  it('keeps no inbox row of events that may be repeated, and stops at their parked key as at any other', async () => {
    const processor = new EventProcessor();
    const seen: number[] = [];
    const note = ({ aggregateversion }: { aggregateversion: number }) =>
      Promise.resolve(void seen.push(aggregateversion));
    processor.add(buildStarted.type, note, repeatable);
    const handler = new RunHandler(test.database, new Effects(processor, clock));
    const subject = randomUUID();
    const [messages, { signal }] = [run(subject, 1, 2), new AbortController()];
    expect(await handler.handle(messages, signal)).toBe(2);
    expect(await handler.handle(messages, signal)).toBe(2);
    expect([seen, await test.database.query('select 1 from inbox')]).toEqual([[1, 2, 1, 2], []]);
    before = failAt(3);
    await single.handle(run(subject, 3)[0]!);
    expect(await handler.handle(run(subject, 4, 5), signal)).toBe(0);
    expect(seen).toEqual([1, 2, 1, 2]);
  });

  it('is handed to a handler of runs whole, and in halves when it cannot take it', async () => {
    const { sizes, handler } = inRuns();
    before = failAt(4);
    const messages = run(randomUUID(), 1, 2, 3, 4, 5, 6, 7, 8);
    expect(await handler.handle(messages, new AbortController().signal)).toBe(2);
    expect([sizes, await effects(), await commits()]).toEqual([[8, 4, 2], [1, 2], 1]);
    sizes.length = 0;
    await expect(handler.handle(messages.slice(3), new AbortController().signal)).rejects.toThrow('no 4');
    expect([sizes, await effects()]).toEqual([
      [5, 2, 1],
      [1, 2],
    ]);
  });

  it('of a handler of runs has the events alone that did not take effect before', async () => {
    const { sizes, handler } = inRuns();
    const messages = run(randomUUID(), 1, 2, 3);
    await single.handle(messages[1]!);
    expect(await handler.handle([messages[0]!, ...messages], new AbortController().signal)).toBe(4);
    expect([sizes, await effects()]).toEqual([[2], [2, 1, 3]]);
  });

  it('is no longer than what one transaction is likely to come to: 200 calls, however many events one call takes', async () => {
    const { sizes, handler } = inRuns();
    const many = run(randomUUID(), ...Array.from({ length: 401 }, (_, index) => index));
    expect(await runs.handle(many)).toBe(200);
    expect(await handler.handle(many.slice(200), new AbortController().signal)).toBe(201);
    expect([sizes, await effects()]).toEqual([[201], many.map((_, index) => index)]);
  });

  it('is not given back to a handler of runs in halves when the infrastructure failed', async () => {
    const { sizes, handler } = inRuns();
    before = failAt(2, '57P01');
    await expect(handler.handle(run(randomUUID(), 1, 2, 3), new AbortController().signal)).rejects.toThrow('no 2');
    expect(sizes).toEqual([3]);
  });

  it.each([{}, repeatable])('does not bring back what was discarded: %j', async (options) => {
    const subject = randomUUID();
    const [bad, next] = run(subject, 1, 2) as [BusMessage, BusMessage];
    before = failAt(1);
    const { alone, handler } = inRuns(options);
    await alone.handle(bad);
    await letters.discard(bad.event.id, 'nonsense');
    before = () => undefined;
    expect(await handler.handle([bad], new AbortController().signal)).toBe(1);
    expect(await handler.handle([bad, next], new AbortController().signal)).toBe(2);
    expect(await effects()).toEqual([2]);
  });

  describe.each(['one event', 'a run'])('whose handler takes %s', (kind) => {
    it('comes to the same as one by one: effects, dead letters and their order', async () => {
      const { alone, handler } = kind === 'a run' ? inRuns() : { alone: single, handler: undefined };
      const deliver = deliverAll(alone, handler ?? runs);
      const subjects = ['a', 'b', 'c'];
      const scenario = fc.record({
        keys: fc.array(fc.constantFrom(...subjects), { minLength: 1, maxLength: 14 }),
        bad: fc.array(fc.nat({ max: 13 }), { maxLength: 3 }),
        repeated: fc.array(fc.nat({ max: 13 }), { maxLength: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(scenario, async ({ keys, bad, repeated }) => {
          await test.database.query('truncate inbox, dead_letter, effect');
          const once = keys.map((subject, version) => run(subject, version)[0]!);
          const messages = [...once, ...repeated.flatMap((index) => once[index] ?? [])];
          before = (version) => {
            if (bad.includes(version)) throw new Error('bad');
          };
          await deliver(messages);
          const parked = new Set<string>();
          const [expectedEffects, expectedLetters]: [number[], [number, string][]] = [[], []];
          keys.forEach((key, version) => {
            const state = parked.has(key) ? 'parked' : bad.includes(version) ? 'failed' : 'done';
            if (state === 'done') return expectedEffects.push(version);
            parked.add(key);
            return expectedLetters.push([version, state]);
          });
          expect(await effects()).toEqual(expectedEffects);
          const { items } = await letters.list({ limit: 100 });
          expect(items.map((item) => [item.event.aggregateversion, item.state])).toEqual(expectedLetters);
        }),
        { numRuns: 60 },
      );
    });
  });

  /** A service whose handler takes runs, and the sizes of those that it was given. */
  function inRuns(options: HandlerOptions = {}) {
    const processor = new EventProcessor();
    const sizes: number[] = [];
    const take: RunsHandler = async (events, { tx }) => {
      sizes.push(events.length);
      for (const { subject, aggregateversion } of events) {
        await tx.query('insert into effect (subject, version) values ($1, $2)', [subject, aggregateversion]);
        before(aggregateversion);
      }
    };
    processor.addRuns(buildStarted.type, 'builds', take, options);
    const handler = new RunHandler(test.database, new Effects(processor, clock));
    return { sizes, handler, alone: new MessageHandler(test.database, processor, clock, silent) };
  }

  /** As an adapter of the bus does it. */
  function deliverAll(alone: MessageHandler, together: Pick<RunHandler, 'handle'>) {
    const { signal } = new AbortController();
    const delivery = new Delivery(
      (message) => alone.handle(message),
      (some) => together.handle(some, signal),
      { clock, logger: silent },
    );
    return async (messages: readonly BusMessage[]): Promise<void> => {
      for (let done = 0; done < messages.length;) done += await delivery.some(messages.slice(done), signal);
    };
  }
});
