import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { BuildLogWriter } from './build-log-writer.js';

interface Stored {
  readonly first: number;
  readonly lines: readonly string[];
}

const writer = (options: { maxBytes?: number; first?: number; fail?: () => boolean } = {}) => {
  const stored: Stored[] = [];
  const log = new BuildLogWriter({
    first: options.first ?? 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    mask: (text) => text.replaceAll('hunter22', '[secret]'),
    store: async (first, lines) => {
      if (options.fail?.()) throw new Error('the lease was lost');
      stored.push({ first, lines });
    },
    clock: new Clock(),
  });
  return { log, stored };
};

describe('writing a build log', () => {
  it('numbers lines without a gap, in chunks, from where the log stood', async () => {
    const { log, stored } = writer({ first: 8 });
    for (let index = 0; index < 1_203; index += 1) await log.add([`line ${index}`]);
    await log.flush();
    let next = 8;
    for (const { first, lines } of stored) {
      expect(first).toBe(next);
      next += lines.length;
    }
    expect(next).toBe(8 + 1_203);
    expect(stored.length).toBeLessThan(10);
  });

  it('stores soon what came alone', async () => {
    const { log, stored } = writer();
    await log.add(['only']);
    for (let waited = 0; stored.length === 0 && waited < 100; waited += 1) await new Clock().pause(20);
    expect(stored).toEqual([{ first: 1, lines: ['only'] }]);
  });

  it('masks before it cuts, and cuts what is too long', async () => {
    const { log, stored } = writer();
    await log.add([`${'x'.repeat(7_996)}hunter22${'y'.repeat(10_000)}`]);
    await log.flush();
    const line = stored[0]?.lines[0] ?? '';
    expect(line).toHaveLength(8_001);
    expect(line).not.toContain('hunt');
  });

  it('stops storing at its limit and says so, but still knows the last lines', async () => {
    const { log, stored } = writer({ maxBytes: 100 });
    for (let index = 0; index < 50; index += 1) await log.add([`line number ${index}`]);
    await log.flush();
    const lines = stored.flatMap((chunk) => chunk.lines);
    expect(lines.at(-1)).toMatch(/too long/);
    expect(lines.length).toBeLessThan(12);
    expect(log.tail.at(-1)).toBe('line number 49');
    expect(log.tail).toHaveLength(40);
  });

  it('tells whoever writes next that storing failed', async () => {
    let failing = false;
    const { log } = writer({ fail: () => failing });
    await log.add(['stored']);
    await log.flush();
    failing = true;
    await log.add(['lost']);
    await expect(log.flush()).rejects.toThrow('the lease was lost');
    await expect(log.flush()).rejects.toThrow('the lease was lost');
  });
});
