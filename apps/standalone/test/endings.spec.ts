import { describe, expect, it } from '@jest/globals';
import { endAll, type Ending } from '../src/platform/endings.js';

describe('the end of all parts', () => {
  const told: string[] = [];
  const part =
    (name: string, end: () => Promise<void> = async () => undefined): Ending =>
    async () => {
      told.push(`${name} begins`);
      await end();
      told.push(`${name} ended`);
    };

  it('comes to the last one first, and to each only when the one after it has ended', async () => {
    told.length = 0;
    const held = Promise.withResolvers<void>();
    const ending = endAll([part('database'), part('service', () => held.promise), part('gateway')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['gateway begins', 'gateway ended', 'service begins']);
    held.resolve();
    await ending;
    expect(told.slice(3)).toEqual(['service ended', 'database begins', 'database ended']);
  });

  it('comes to the rest, too, when some fail, and then says all that failed', async () => {
    told.length = 0;
    const failing = (reason: string) => () => Promise.reject(new Error(reason));
    const parts = [part('database'), part('service', failing('one')), part('gateway', failing('two'))];
    const error = await endAll(parts).catch((thrown: unknown) => thrown as AggregateError);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: two', 'Error: one']);
    expect(told.at(-1)).toBe('database ended');
  });

  it('comes once, whoever asks for it a second time', async () => {
    told.length = 0;
    const parts = [part('database')];
    await Promise.all([endAll(parts), endAll(parts)]);
    await endAll(parts);
    expect(told).toEqual(['database begins', 'database ended']);
  });
});
