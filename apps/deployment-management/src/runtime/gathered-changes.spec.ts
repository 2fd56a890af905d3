import { describe, expect, it } from '@jest/globals';
import { GatheredChanges } from './gathered-changes.js';
import type { RuntimeChange } from './runtime.js';

/** A stream that tells when it is told to. */
class Told {
  private readonly waiting: (RuntimeChange | Error | 'end')[] = [];
  private tell: () => void = () => undefined;

  push(...changes: (RuntimeChange | Error | 'end')[]): void {
    this.waiting.push(...changes);
    this.tell();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<RuntimeChange> {
    for (;;) {
      const next = this.waiting.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await new Promise<void>((resolve) => (this.tell = resolve));
    }
  }
}

const of = (...ids: string[]): RuntimeChange[] => ids.map((workloadId) => ({ workloadId }));

describe('changes that are gathered', () => {
  const scene = () => {
    const told = new Told();
    const changes = new GatheredChanges();
    return { told, changes, reading: changes.read(told) };
  };

  it('are one for each workload, however often it was told of while nobody took them', async () => {
    const { told, changes, reading } = scene();
    told.push(...of('a', 'b', 'a', 'a'), 'end');
    await reading;
    expect(await changes.take()).toEqual({ isResync: false, workloadIds: ['a', 'b'] });
    expect(await changes.take()).toBeNull();
  });

  it('come again when they happen after they were taken', async () => {
    const { told, changes, reading } = scene();
    told.push(...of('a'));
    expect(await changes.take()).toEqual({ isResync: false, workloadIds: ['a'] });
    const next = changes.take();
    told.push(...of('a'));
    expect(await next).toEqual({ isResync: false, workloadIds: ['a'] });
    told.push('end');
    await reading;
  });

  it('keep beside the word that anything may have changed those of which it is known', async () => {
    const { told, changes, reading } = scene();
    told.push(...of('a'), { resync: true }, ...of('b'), { resync: true }, 'end');
    await reading;
    expect(await changes.take()).toEqual({ isResync: true, workloadIds: ['a', 'b'] });
  });

  it('are all taken before the end is told, which is that of the stream', async () => {
    const { told, changes, reading } = scene();
    told.push(...of('a'), new Error('cut'));
    await expect(reading).rejects.toThrow('cut');
    expect(await changes.take()).toEqual({ isResync: false, workloadIds: ['a'] });
    expect(await changes.take()).toBeNull();
  });
});
