import { describe, expect, it } from '@jest/globals';
import { afterwards } from './afterwards.js';

const doubled = (value: number) => value * 2;

describe('what follows a value', () => {
  it('follows at once when the value is there', () => {
    expect(afterwards(21, doubled)).toBe(42);
    expect(afterwards(undefined, () => 'nothing was there')).toBe('nothing was there');
    expect(afterwards(null, (value) => value)).toBeNull();
  });

  it('follows when the value comes, whoever promised it', async () => {
    await expect(afterwards(Promise.resolve(21), doubled)).resolves.toBe(42);
    const lazy = { then: (next: (value: number) => number) => Promise.resolve(next(21)) };
    await expect(afterwards(lazy as unknown as Promise<number>, doubled)).resolves.toBe(42);
  });

  it('does not follow what failed', async () => {
    await expect(afterwards(Promise.reject<number>(new Error('gone')), doubled)).rejects.toThrow('gone');
  });

  it('fails in the way in which it is called', async () => {
    const fail = () => {
      throw new Error('refused');
    };
    expect(() => afterwards(21, fail)).toThrow('refused');
    await expect(afterwards(Promise.resolve(21), fail)).rejects.toThrow('refused');
  });
});
