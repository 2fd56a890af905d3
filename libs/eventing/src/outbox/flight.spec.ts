import { describe, expect, it } from '@jest/globals';
import { Flight } from './flight.js';

interface Landing {
  arrive(): void;
  fail(error: Error): void;
}

describe('batches under way', () => {
  const rows = (...seqs: string[]) => seqs.map((seq) => ({ seq }));
  const prepare = () => {
    const landings: Landing[] = [];
    let landed = 0;
    const publish = () =>
      new Promise<void>((resolve, reject) =>
        landings.push({ arrive: () => resolve(), fail: (error) => reject(error) }),
      );
    const flight = new Flight(publish, () => landed++);
    return { flight, landings, count: () => landed };
  };

  it('are known until they were told as durable, which happens once', async () => {
    const { flight, landings, count } = prepare();
    flight.start(rows('1', '2'));
    flight.start(rows('3'));
    expect(flight.seqs).toEqual(['1', '2', '3']);
    expect(flight.isEmpty).toBe(false);
    landings[0]?.arrive();
    await flight.room();
    expect([flight.seqs, count()]).toEqual([['3', '1', '2'], 1]);
    landings[1]?.arrive();
    await flight.land();
    expect([flight.isEmpty, flight.takeDurable(), flight.takeDurable()]).toEqual([true, ['1', '2', '3'], []]);
    expect(flight.seqs).toEqual([]);
  });

  it('are told as durable when they are enough', async () => {
    const { flight, landings } = prepare();
    flight.start(rows('1', '2'));
    landings[0]?.arrive();
    await flight.land();
    expect([flight.takeDurable(3), flight.seqs]).toEqual([[], ['1', '2']]);
    expect([flight.takeDurable(2), flight.seqs]).toEqual([['1', '2'], []]);
  });

  it('are enough with 500 rows', () => {
    const { flight } = prepare();
    const sizes = [1, 498, 1].map((size) => {
      flight.start(Array.from({ length: size }, (_, seq) => ({ seq: String(seq) })));
      return flight.isFull;
    });
    expect(sizes).toEqual([false, false, true]);
  });

  it('are nothing without rows', () => {
    const { flight, landings } = prepare();
    flight.start([]);
    expect([flight.isEmpty, landings.length]).toEqual([true, 0]);
  });

  it('count failures in a row, once for all that failed together, and forget them when one arrives', async () => {
    const { flight, landings } = prepare();
    const failBoth = async () => {
      flight.start(rows('1'));
      flight.start(rows('2'));
      for (const landing of landings.splice(0)) landing.fail(new Error('no'));
      return flight.land();
    };
    expect(await failBoth()).toBe(1);
    expect(await failBoth()).toBe(2);
    expect([flight.failure, flight.takeDurable()]).toEqual([undefined, []]);
    flight.start(rows('1'));
    landings.splice(0)[0]?.arrive();
    expect(await flight.land()).toBe(0);
    expect(await failBoth()).toBe(1);
  });

  it('keep the first failure until all have landed', async () => {
    const { flight, landings } = prepare();
    flight.start(rows('1'));
    flight.start(rows('2'));
    landings[0]?.fail(new Error('first'));
    await flight.room();
    expect(flight.failure).toEqual(new Error('first'));
    landings[1]?.fail(new Error('second'));
    await flight.land();
    expect(flight.failure).toBeUndefined();
  });
});
