import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { cloudEvent, messageOf, silent } from '../../test/support.js';
import { Delivery } from './delivery.js';
import type { BusMessage, DeliverRun } from './event-bus.js';

describe('delivery', () => {
  const messages = Array.from({ length: 4 }, () => messageOf(cloudEvent()));
  const tools = { clock: new Clock(), logger: silent };
  const signal = new AbortController().signal;
  const prepare = (run?: DeliverRun) => {
    const alone: BusMessage[] = [];
    const deliver = (message: BusMessage) => Promise.resolve(void alone.push(message));
    return { alone, delivery: new Delivery(deliver, run, tools) };
  };

  it('hands several messages over as a run and answers how many were accepted', async () => {
    const seen: (readonly BusMessage[])[] = [];
    const { alone, delivery } = prepare((run) => Promise.resolve(seen.push(run) && 3));
    expect(await delivery.some(messages, signal)).toBe(3);
    expect([seen, alone]).toEqual([[messages], []]);
  });

  it.each<[string, DeliverRun]>([
    ['nothing of a run is accepted', () => Promise.resolve(0)],
    ['a run fails', () => Promise.reject(new Error('no'))],
  ])('hands the first one over alone when %s', async (_name, run) => {
    const { alone, delivery } = prepare(run);
    expect(await delivery.some(messages, signal)).toBe(1);
    expect(alone).toEqual(messages.slice(0, 1));
  });

  it('makes no run of one message', async () => {
    const { alone, delivery } = prepare(() => Promise.reject(new Error('must not be called')));
    expect(await delivery.some(messages.slice(0, 1), signal)).toBe(1);
    expect(alone).toHaveLength(1);
  });

  it('goes one by one for a subscriber that takes no runs', async () => {
    const { alone, delivery } = prepare();
    expect(await delivery.some(messages, signal)).toBe(1);
    expect(alone).toEqual(messages.slice(0, 1));
  });

  it('answers 0 for nothing, and when it was stopped before', async () => {
    const { delivery } = prepare();
    expect(await delivery.some([], signal)).toBe(0);
    expect(await delivery.some(messages, AbortSignal.abort())).toBe(0);
  });
});
