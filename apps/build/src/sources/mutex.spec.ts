import { describe, expect, it } from '@jest/globals';
import { Mutex } from './mutex.js';

const deferred = () => {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};

describe('a mutex', () => {
  it('lets one piece of work at a time have a key, in the order of arrival', async () => {
    const mutex = new Mutex();
    const seen: string[] = [];
    const gate = deferred();
    const work = (name: string) =>
      mutex.run('key', async () => {
        seen.push(`${name} begins`);
        await gate.promise;
        seen.push(`${name} ends`);
        return name;
      });
    const all = Promise.all([work('a'), work('b'), work('c')]);
    gate.resolve();
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('keeps keys apart', async () => {
    const mutex = new Mutex();
    const gate = deferred();
    const waiting = mutex.run('one', () => gate.promise);
    await expect(mutex.run('two', async () => 'through')).resolves.toBe('through');
    gate.resolve();
    await waiting;
  });

  it('goes on after work that failed, and tells only the one who asked for it', async () => {
    const mutex = new Mutex();
    const failing = mutex.run('key', () => Promise.reject(new Error('broken')));
    const next = mutex.run('key', async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('fine');
  });
});
