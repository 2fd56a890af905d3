import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Consumer } from 'kafkajs';
import { silent } from '../../test/support.js';
import { Delivery } from '../bus/delivery.js';
import { KafkaConsumer } from './kafka-consumer.js';

type OnCrash = (event: { payload: { error: Error; restart: boolean } }) => void;

/** What kafkajs gives, without a broker behind it. */
class FakeConsumer {
  readonly events = { CRASH: 'crash' };
  readonly calls: string[] = [];
  crash: OnCrash = () => undefined;

  on(_event: string, listener: OnCrash): void {
    this.crash = listener;
  }
  connect = () => this.note('connect');
  subscribe = () => this.note('subscribe');
  run = () => this.note('run');
  disconnect = () => this.note('disconnect');

  private note(call: string): Promise<void> {
    this.calls.push(call);
    return Promise.resolve();
  }
}

/** Pauses are short, so that what is tried again is tried at once. */
class QuickClock extends Clock {
  override pause(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return super.pause(1, signal);
  }
}

describe('a consumer of Kafka', () => {
  let made: FakeConsumer[];
  let stopped: AbortSignal | undefined;
  let prepare: () => Promise<void>;
  let said: string[];
  let consumer: KafkaConsumer;

  beforeEach(() => {
    made = [];
    said = [];
    prepare = () => Promise.resolve();
    const say = (_details: object, message: string) => void said.push(message);
    const logger = Object.assign(Object.create(silent) as typeof silent, { warn: say, info: say });
    const tools = { clock: new QuickClock(), logger };
    const makeConsumer = (signal: AbortSignal) => {
      stopped = signal;
      made.push(new FakeConsumer());
      return made.at(-1) as unknown as Consumer;
    };
    const options = { topics: ['t'], partitionsAtOnce: 1, prepare: () => prepare(), makeConsumer };
    consumer = new KafkaConsumer(options, new Delivery(() => Promise.resolve(), undefined, tools), tools);
  });
  afterEach(() => consumer.close());

  const crash = (restart: boolean) => made.at(-1)?.crash({ payload: { error: new Error('not allowed'), restart } });

  it('waits for its broker, says so once and says when it is there', async () => {
    let failures = 0;
    let isThere = false;
    prepare = () => (isThere ? Promise.resolve() : Promise.reject(new Error(`no broker ${++failures}`)));
    expect(consumer.waitingFor).toBe('Kafka has not answered yet.');
    consumer.start();
    await eventually(() => expect(failures).toBeGreaterThan(5));
    expect(consumer.waitingFor).toContain('no broker');
    isThere = true;
    await eventually(() => expect(consumer.waitingFor).toBeUndefined());
    expect(made[0]?.calls).toEqual(['connect', 'subscribe', 'run']);
    expect(said).toHaveLength(2);
  });

  it('begins anew when kafkajs gives up for good, and stays ready', async () => {
    consumer.start();
    await eventually(() => expect(made[0]?.calls).toContain('run'));
    crash(false);
    await eventually(() => expect(made[1]?.calls).toContain('run'));
    expect(made[0]?.calls.at(-1)).toBe('disconnect');
    expect(consumer.waitingFor).toBeUndefined();
    expect(said).toEqual(['a consumer of Kafka gave up and begins anew']);
  });

  it('leaves it to kafkajs to begin anew where that does', async () => {
    consumer.start();
    await eventually(() => expect(made[0]?.calls).toContain('run'));
    crash(true);
    await new Clock().pause(20);
    expect(made).toHaveLength(1);
  });

  it('begins nothing any more once it is closed, and tells kafkajs to stop trying', async () => {
    consumer.start();
    await eventually(() => expect(made[0]?.calls).toContain('run'));
    expect(stopped?.aborted).toBe(false);
    await consumer.close();
    expect(stopped?.aborted).toBe(true);
    crash(false);
    await new Clock().pause(20);
    expect(made).toHaveLength(1);
  });

  it('closes while it waits, and makes no consumer afterwards', async () => {
    let arrive: (() => void) | undefined;
    prepare = () => new Promise((resolve) => (arrive = resolve));
    consumer.start();
    const closed = consumer.close();
    arrive?.();
    await closed;
    expect(made).toEqual([]);
  });
});
