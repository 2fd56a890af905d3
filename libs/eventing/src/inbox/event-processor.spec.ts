import { buildCancelled, buildFailed, buildStarted, buildSucceeded, type CloudEvent } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { buildData, cloudEvent, messageOf } from '../../test/support.js';
import { EventProcessor, repeatable, type RunsHandler } from './event-processor.js';

const tx = {} as Tx;

describe('the handlers of a service', () => {
  it('get the event and the transaction, one after another, in the order in which they were added', async () => {
    const processor = new EventProcessor();
    const steps: string[] = [];
    for (const name of ['first', 'second'])
      processor.add(buildStarted.type, async (event, context) => {
        steps.push(`${name} begins`);
        await Promise.resolve();
        expect(context.tx).toBe(tx);
        steps.push(`${name} ends with ${event.aggregateversion}`);
      });
    await processor.process(tx, [cloudEvent({ aggregateversion: 7 })]);
    expect(steps).toEqual(['first begins', 'first ends with 7', 'second begins', 'second ends with 7']);
  });

  it('are not called any more once one has failed', async () => {
    const processor = new EventProcessor();
    let called = 0;
    processor.add(buildStarted.type, () => Promise.reject(new Error('first')));
    processor.add(buildStarted.type, () => Promise.resolve(void called++));
    await expect(processor.process(tx, [cloudEvent()])).rejects.toThrow('first');
    expect(called).toBe(0);
  });

  it('are not called with data that does not fit, which is told by its path', async () => {
    const processor = new EventProcessor();
    let called = 0;
    processor.add(buildStarted.type, () => Promise.resolve(void called++));
    const broken = cloudEvent({ data: { ...buildData('x'), workloadId: 7 } });
    await expect(processor.process(tx, [broken])).rejects.toThrow('workloadId');
    expect(called).toBe(0);
  });

  it('get what the definition knows: a field that a newer producer added is left out', async () => {
    const processor = new EventProcessor();
    const data = buildData(crypto.randomUUID());
    let given: unknown;
    processor.add(buildStarted.type, (event) => Promise.resolve(void (given = event.data)));
    await processor.process(tx, [cloudEvent({ data: { ...data, addedLater: true } })]);
    expect(given).toEqual(data);
  });

  it('decide which types are handled', () => {
    const processor = new EventProcessor();
    processor.add(buildStarted.type, () => Promise.resolve());
    expect(processor.types).toEqual([buildStarted.type]);
    expect(processor.handles(cloudEvent())).toBe(true);
    expect(processor.handles(cloudEvent({ type: buildFailed.type }))).toBe(false);
  });

  it('make a type repeatable when all of them are, whatever the order in which they were added', () => {
    const nothing = () => Promise.resolve();
    const added = (...options: object[]) => {
      const processor = new EventProcessor();
      for (const each of options) processor.add(buildStarted.type, nothing, each);
      return processor.isRepeatable(cloudEvent());
    };
    expect(added(repeatable, repeatable)).toBe(true);
    expect([added({}), added(repeatable, {}), added({}, repeatable)]).toEqual([false, false, false]);
  });

  it('are refused for a type that is in no registry', () => {
    expect(() => new EventProcessor().add('berth.build.imagined.v1', () => Promise.resolve())).toThrow('imagined');
  });
});

describe('a handler of runs', () => {
  const [handled, other, unhandled] = [buildStarted.type, buildFailed.type, buildSucceeded.type];
  const withRuns = (take: RunsHandler = () => Promise.resolve()) => {
    const processor = new EventProcessor();
    processor.addRuns(handled, 'builds', take);
    processor.addRuns(other, 'builds', take);
    processor.add(buildCancelled.type, () => Promise.resolve());
    return processor;
  };

  it.each([
    ['nothing', [], []],
    ['what it handles, together', [handled, other, handled], [3]],
    ['what nobody handles, with what is before it', [unhandled, handled, unhandled, other, unhandled], [5]],
    ['what only others handle, apart', [handled, buildCancelled.type, other, other], [1, 1, 2]],
    ['each of what is taken one by one', [buildCancelled.type, unhandled, buildCancelled.type], [2, 1]],
  ])('is given %s', (_name, types, sizes) => {
    const messages = types.map((type) => messageOf(cloudEvent({ type })));
    const steps = [...withRuns().steps(messages)];
    expect(steps.map((step) => step.length)).toEqual(sizes);
    expect(steps.flat()).toEqual(messages);
  });

  it('gets all of them in one call, in order, as their definitions know them', async () => {
    const calls: (readonly CloudEvent[])[] = [];
    const processor = withRuns((events) => Promise.resolve(void calls.push(events)));
    const events = [cloudEvent(), cloudEvent()];
    await processor.process(tx, [events[0]!, { ...events[1]!, data: { ...(events[1]!.data as object), added: 1 } }]);
    expect(calls).toEqual([events]);
  });

  it('is the only one of its types', () => {
    expect(() => withRuns().add(handled, () => Promise.resolve())).toThrow('no other handler');
    expect(() => withRuns().addRuns(buildCancelled.type, 'builds', () => Promise.resolve())).toThrow(
      'no other handler',
    );
  });
});
