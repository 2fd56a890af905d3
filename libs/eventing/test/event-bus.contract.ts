import { randomUUID } from 'node:crypto';
import { Clock } from '@berth/service-kit';
import { eventually as untilItDoes, type EventuallyOptions } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusMessage, EventBus } from '../src/index.js';
import { cloudEvent, collectGarbage } from './support.js';

export interface BusUnderTest {
  /** A bus on the same broker or database; each call is like another process. */
  make(): EventBus;
  /** Ends the broker or database without warning and starts it again. Answers when it accepts connections. */
  restart(): Promise<void>;
  /** Starts `bus-member.ts` in a process of its own: it prints what it was given and hangs after `hangAfter`. */
  spawnMember(options: { group: string; topic: string; hangAfter: number }): Promise<Member>;
}

export interface Member {
  /** Ids of the events that its handler finished. */
  readonly finished: readonly string[];
  /** True when its handler has had its effect and will never return. */
  readonly hangs: boolean;
  /** kill -9, and waits for the end. */
  kill(): Promise<void>;
}

/** A limit that only guards against hanging: members of a group may have to join, and brokers to come back. */
const eventually = <Result>(attempt: () => Result | Promise<Result>, options: EventuallyOptions = {}) =>
  untilItDoes(attempt, { within: 40_000, ...options });

/** What every EventBus promises; run on each adapter. */
export function eventBusContract(name: string, setUp: () => Promise<BusUnderTest>): void {
  describe(`EventBus: ${name}`, () => {
    let world: BusUnderTest;
    let buses: EventBus[];
    let bus: EventBus;
    let topic: string;

    beforeEach(async () => {
      world = await setUp();
      buses = [];
      bus = open();
      topic = `berth.${randomUUID()}`;
    });
    afterEach(async () => {
      await Promise.all(buses.map((each) => each.close()));
    });

    const open = (): EventBus => {
      const opened = world.make();
      buses.push(opened);
      return opened;
    };
    const messages = (count: number, keys = 1, first = 1): BusMessage[] =>
      Array.from({ length: count }, (_, index) => {
        const subject = `key-${index % keys}`;
        const aggregateversion = Math.floor(index / keys) + first;
        return { topic, key: subject, event: cloudEvent({ subject, partitionkey: subject, aggregateversion }) };
      });
    const ids = (list: readonly BusMessage[]): string[] => list.map((each) => each.event.id);
    const collect = async (on: EventBus, group: string, work?: (message: BusMessage) => Promise<void>) => {
      const received: BusMessage[] = [];
      const subscription = await on.subscribe({ group, topics: [topic] }, async (message) => {
        await work?.(message);
        received.push(message);
      });
      return { received, subscription };
    };

    it('delivers what was published, unchanged', async () => {
      const [message] = messages(1);
      if (!message) throw new Error('no message');
      await bus.publish([message]);
      const { received } = await collect(bus, 'group');
      await eventually(() => expect(received).toEqual([message]));
    });

    it('keeps the order of each key: versions are contiguous', async () => {
      const { received } = await collect(bus, 'group');
      const sent = messages(2_000, 20);
      for (let from = 0; from < sent.length; from += 130) await bus.publish(sent.slice(from, from + 130));
      await eventually(() => expect(received).toHaveLength(2_000));
      const versions = Map.groupBy(received, (message) => message.key);
      expect(versions.size).toBe(20);
      for (const each of versions.values())
        expect(each.map((message) => message.event.aggregateversion)).toEqual(
          Array.from({ length: 100 }, (_, i) => i + 1),
        );
    });

    it('gives every message to every group, also to one that comes later', async () => {
      const sent = messages(50, 5);
      const first = await collect(bus, 'first');
      await bus.publish(sent);
      const second = await collect(open(), 'second');
      await eventually(() => {
        expect(ids(first.received).sort()).toEqual(ids(sent).sort());
        expect(ids(second.received).sort()).toEqual(ids(sent).sort());
      });
    });

    it('keeps the order of concurrent publishers on keys of their own', async () => {
      const { received } = await collect(bus, 'group');
      const publishers = [open(), open(), open()];
      await Promise.all(
        publishers.map(async (publisher, index) => {
          for (const message of messages(50)) await publisher.publish([{ ...message, key: `publisher-${index}` }]);
        }),
      );
      await eventually(() => expect(received).toHaveLength(150));
      for (const each of Map.groupBy(received, (message) => message.key).values())
        expect(each.map((message) => message.event.aggregateversion)).toEqual(
          Array.from({ length: 50 }, (_, i) => i + 1),
        );
    });

    it('keeps the order of one publisher whose calls overlap', async () => {
      const { received } = await collect(bus, 'group');
      const sent = messages(300, 3);
      await Promise.all(sent.map((message) => bus.publish([message])));
      await eventually(() => expect(received).toHaveLength(300));
      for (const [key, each] of Map.groupBy(received, (message) => message.key))
        expect(ids(each)).toEqual(ids(sent.filter((message) => message.key === key)));
    });

    it('delivers one at a time per key, and again until accepted; nothing of the key overtakes', async () => {
      const sent = messages(3);
      const attempts: number[] = [];
      let inHand = 0;
      const { received } = await collect(bus, 'group', async ({ event }) => {
        expect(++inHand).toBe(1);
        attempts.push(event.aggregateversion);
        await Promise.resolve();
        inHand--;
        if (event.aggregateversion === 2 && attempts.length < 4) throw new Error('not yet');
      });
      await bus.publish(sent);
      await eventually(() => expect(ids(received)).toEqual(ids(sent)));
      expect(attempts).toEqual([1, 2, 2, 2, 3]);
    });

    it('hands over in runs what waits, and goes on behind what was accepted of them', async () => {
      const sent = messages(600, 6);
      await bus.publish(sent);
      const received: BusMessage[] = [];
      let longest = 0;
      const take = (run: readonly BusMessage[]) => void received.push(...run);
      const deliver = (message: BusMessage) => Promise.resolve(take([message]));
      const deliverRun = (run: readonly BusMessage[]) => {
        longest = Math.max(longest, run.length);
        const accepted = received.length % 3 === 0 ? 0 : Math.ceil(run.length / 2);
        if (received.length % 7 === 0) return Promise.reject(new Error('not this time'));
        take(run.slice(0, accepted));
        return Promise.resolve(accepted);
      };
      await bus.subscribe({ group: 'group', topics: [topic] }, deliver, deliverRun);
      await eventually(() => expect(received).toHaveLength(600));
      expect(longest).toBeGreaterThan(10);
      for (const [key, each] of Map.groupBy(received, (message) => message.key))
        expect(ids(each)).toEqual(ids(sent.filter((message) => message.key === key)));
    });

    it('does not hold other keys up while one is refused', async () => {
      const refused = messages(1).map((message) => ({ ...message, key: 'refused' }));
      // Keys share partitions; of 32 keys most lie in another one.
      const others = messages(32, 32);
      const { received, subscription } = await collect(bus, 'group', ({ key }) =>
        key === 'refused' ? Promise.reject(new Error('never')) : Promise.resolve(),
      );
      await bus.publish([...refused, ...others]);
      await eventually(() => expect(received.length).toBeGreaterThan(8));
      await subscription.close();
      expect(received.some((message) => message.key === 'refused')).toBe(false);
    });

    it('goes on where a closed member stopped, and repeats nothing that was committed', async () => {
      const sent = messages(20);
      const first = await collect(bus, 'group');
      await bus.publish(sent.slice(0, 10));
      await eventually(() => expect(first.received).toHaveLength(10));
      await first.subscription.close();
      await bus.publish(sent.slice(10));
      const second = await collect(open(), 'group');
      await eventually(() => expect(ids(second.received)).toEqual(ids(sent.slice(10))));
    });

    it('shares the work between two members of a group: none is done twice', async () => {
      const one = await collect(bus, 'group');
      await eventually(() => expect(one.subscription.waitingFor).toBeUndefined());
      const two = await collect(open(), 'group');
      // While a member joins, what others have in hand may come again.
      await eventually(() => expect(two.subscription.waitingFor).toBeUndefined());
      const sent = messages(400, 40);
      for (let from = 0; from < sent.length; from += 40) await bus.publish(sent.slice(from, from + 40));
      await eventually(() => expect(one.received.length + two.received.length).toBeGreaterThanOrEqual(400));
      const all = [...ids(one.received), ...ids(two.received)];
      expect(all.sort()).toEqual(ids(sent).sort());
    });

    it('gives the work of a member that left to the one that stayed', async () => {
      const leaving = await collect(bus, 'group');
      const staying = await collect(open(), 'group');
      const sent = messages(40, 8);
      await bus.publish(sent.slice(0, 20));
      const received = () => new Set([...ids(leaving.received), ...ids(staying.received)]);
      await eventually(() => expect(received()).toEqual(new Set(ids(sent.slice(0, 20)))));
      await leaving.subscription.close();
      await bus.publish(sent.slice(20));
      await eventually(() => expect(received()).toEqual(new Set(ids(sent))));
    });

    it('does not run ahead of a slow consumer', async () => {
      const big = 'x'.repeat(100_000);
      const sent = messages(1_000, 8).map(({ event, ...rest }) => ({ ...rest, event: { ...event, data: { big } } }));
      for (let from = 0; from < sent.length; from += 100) await bus.publish(sent.slice(from, from + 100));
      sent.length = 0;
      const before = heldBytes();
      const clock = new Clock();
      const { received, subscription } = await collect(open(), 'slow', () => clock.pause(50));
      // While it takes up one after the other: what is read ahead in the meantime is held, too.
      for (let at = 10; at <= 100; at += 10) {
        await eventually(() => expect(received.length).toBeGreaterThan(at));
        expect(heldBytes() - before).toBeLessThan(50_000_000); // all of it is 100 MB
      }
      await subscription.close();
    });

    it('delivers again what a killed member had in hand after its effect and before its commit', async () => {
      await bus.publish(messages(6));
      const member = await world.spawnMember({ group: 'group', topic, hangAfter: 3 });
      await eventually(() => expect(member.hangs).toBe(true));
      await member.kill();
      const { received } = await collect(bus, 'group');
      await eventually(() => expect(received.at(-1)?.event.aggregateversion).toBe(6));
      const versions = received.map((message) => message.event.aggregateversion);
      expect(versions[0]).toBeLessThanOrEqual(4); // the fourth was in hand
      expect(versions).toEqual(
        Array.from({ length: 7 - (versions[0] ?? 0) }, (_, index) => index + (versions[0] ?? 0)),
      );
    });

    it('loses nothing when the broker ends in the middle', async () => {
      const { received } = await collect(bus, 'group');
      const publisher = open();
      const sent = messages(300, 6);
      let restarted: Promise<void> | undefined;
      for (let from = 0; from < sent.length; from += 10) {
        if (from === 100) restarted = world.restart();
        await eventually(() => publisher.publish(sent.slice(from, from + 10)), { every: 200 });
      }
      await restarted;
      await eventually(() => expect(new Set(ids(received)).size).toBe(300));
      expectFirstDeliveriesInOrder(received);
    });

    it('sends a group back to the beginning, not while it runs', async () => {
      const sent = messages(30, 3);
      await bus.publish(sent);
      const first = await collect(bus, 'group');
      const other = await collect(bus, 'other');
      await eventually(() => expect([first.received.length, other.received.length]).toEqual([30, 30]));
      await expect(bus.rewind({ group: 'group', topics: [topic] })).rejects.toThrow('is running');
      await first.subscription.close();
      await eventually(() => bus.rewind({ group: 'group', topics: [topic] }));
      const again = await collect(bus, 'group');
      await eventually(() => expect(ids(again.received).sort()).toEqual(ids(sent).sort()));
      expect(other.received).toHaveLength(30);
    });

    it('carries 100,000 events without loss, in order, and without growing', async () => {
      const next = new Map<string, number>();
      let count = 0;
      let outOfOrder = 0;
      await bus.subscribe({ group: 'group', topics: [topic] }, ({ key, event }) => {
        const expected = next.get(key) ?? 1;
        if (event.aggregateversion > expected) outOfOrder++;
        if (event.aggregateversion !== expected) return Promise.resolve(); // what comes again does not count
        next.set(key, expected + 1);
        count++;
        return Promise.resolve();
      });
      const carry = async (from: number, until: number): Promise<void> => {
        for (let sent = from; sent < until; sent += 1_000) {
          // No more than 20,000 ahead, so that what is measured is the bus and not the backlog of this test.
          await eventually(() => expect(sent - count).toBeLessThan(20_000));
          await bus.publish(messages(1_000, 100, sent / 100 + 1));
        }
        await eventually(() => expect(count).toBe(until));
      };
      await carry(0, 20_000);
      const held = heldBytes();
      await carry(20_000, 100_000);
      expect(outOfOrder).toBe(0);
      // What is on its way when the last one came is let go; what grew stays.
      await eventually(() => expect(heldBytes() - held).toBeLessThan(20_000_000));
    });
  });
}

/** Of what cannot be freed: objects, and the buffers that a broker's answers lie in. */
function heldBytes(): number {
  collectGarbage();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

/** Redelivery may repeat, but what comes for the first time comes in order. */
function expectFirstDeliveriesInOrder(received: readonly BusMessage[]): void {
  const seen = new Map<string, number>();
  for (const { key, event } of received) {
    const last = seen.get(key) ?? 0;
    expect(event.aggregateversion).toBeLessThanOrEqual(last + 1);
    seen.set(key, Math.max(last, event.aggregateversion));
  }
}
