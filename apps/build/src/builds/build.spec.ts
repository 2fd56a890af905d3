import type { BuildStatus } from '@berth/contracts/build';
import { describe, expect, it } from '@jest/globals';
import { beforeOf, hasEnded, mayBecome, withoutCredentials } from './build.js';

const all: BuildStatus[] = [
  'queued',
  'cloning',
  'detecting',
  'building',
  'publishing',
  'succeeded',
  'failed',
  'cancelled',
];
const running = all.filter((status) => !hasEnded(status));

describe('the states of a build', () => {
  it('end for good', () => {
    for (const from of all.filter(hasEnded)) for (const to of all) expect(mayBecome(from, to)).toBe(false);
  });

  it('can be failed, cancelled and started over from every state that has not ended', () => {
    for (const to of ['failed', 'cancelled', 'cloning'] as const) expect(beforeOf(to)).toEqual(running);
  });

  it('follow each other without a jump, but for a reused artifact', () => {
    expect(beforeOf('detecting')).toEqual(['cloning']);
    expect(beforeOf('building')).toEqual(['detecting']);
    expect(beforeOf('publishing')).toEqual(['building']);
    expect(beforeOf('succeeded')).toEqual(['detecting', 'publishing']);
    expect(beforeOf('queued')).toEqual([]);
  });
});

describe('the source of a build', () => {
  it('is shown without credentials', () => {
    const source = { kind: 'git', url: 'https://me:token@example.com/a.git', ref: 'main' } as const;
    expect(withoutCredentials(source)).toEqual({ ...source, url: 'https://example.com/a.git' });
    expect(withoutCredentials({ ...source, url: '/srv/a.git' }).kind).toBe('git');
  });
});
