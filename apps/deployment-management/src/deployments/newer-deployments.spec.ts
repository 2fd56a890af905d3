import { describe, expect, it } from '@jest/globals';
import { type Canary, newCanary } from '../canaries/canary.js';
import { givesWay, startsWorkload } from './deployment.js';

describe('a newer deployment', () => {
  const strategy = { kind: 'blue-green', holdSeconds: 60, maxErrorPercent: 5, minRequests: 20 } as const;
  const canary = (state: Canary['state']): Canary => ({
    ...newCanary(strategy, {} as Canary['extra']),
    state,
  });

  it.each([
    ['arriving', true],
    ['waiting', true],
    ['stepping', true],
    ['promoting', false],
    ['aborting', false],
  ] as const)('need not wait for a canary that is %s: %p', (state, does) => {
    expect(givesWay({ status: 'shifting', canary: canary(state) })).toBe(does);
    expect(givesWay({ status: 'rolling', canary: canary(state) })).toBe(false);
  });

  it('waits for what shifts without a canary', () => {
    expect(givesWay({ status: 'shifting', canary: null })).toBe(false);
  });

  it('starts what is stopped when a person wants it to run, not when something is set', () => {
    const kinds = ['git', 'upload', 'image', 'release', 'promote', 'config', 'scale'];
    const starting = kinds.filter((kind) => startsWorkload({ kind } as Parameters<typeof startsWorkload>[0]));
    expect(starting).toEqual(['git', 'upload', 'image', 'release', 'promote']);
  });
});
