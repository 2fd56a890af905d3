import type { Schemas } from '@berth/api-client';
import { describe, expect, it } from '@jest/globals';
import { canaryLines } from './canary-lines.js';

type Canary = NonNullable<Schemas['Deployment']['canary']>;
const counts = (weight: number, requests: number, errors: number): Canary['counts'][number] => ({
  ...{ weight, canary: { requests, errors }, former: { requests: 9 * requests, errors: 0 } },
});
const at = (change: Partial<Canary>): string[] =>
  canaryLines({ number: 12, release: 2, canary: { ...base, ...change } });
const base: Canary = {
  ...{ state: 'stepping', waitsUntilPromoted: false, step: 0, since: null, counts: [] },
  steps: [
    { weight: 10, holdSeconds: 60 },
    { weight: 50, holdSeconds: 60 },
  ],
};
const since = '2026-11-22T10:00:00.000Z';

describe('the lines of a canary', () => {
  it('are none for a deployment without one, and before users meet it', () => {
    expect(canaryLines({ number: 12, release: 2, canary: null })).toEqual([]);
    expect(at({ state: 'arriving' })).toEqual([]);
    expect(at({ counts: [counts(10, 0, 0)] })).toEqual([]);
  });

  it('tell each step when it has its weight, and what was answered when it is over', () => {
    const looks = [
      at({ since, counts: [counts(10, 4, 1)] }),
      at({ step: 1, counts: [counts(10, 5, 1), counts(50, 0, 0)] }),
      at({ step: 1, since, counts: [counts(10, 5, 1), counts(50, 1, 0)] }),
      at({ state: 'promoting', step: 1, counts: [counts(10, 5, 1), counts(50, 1, 0)] }),
    ];
    const all = [
      'v2 gets 10 % of the requests',
      'at 10 %: v2 answered 5 requests, 1 with an error; the release before 45 requests, 0 with an error',
      'v2 gets 50 % of the requests',
      'at 50 %: v2 answered 1 request, 0 with an error; the release before 9 requests, 0 with an error',
    ];
    expect(looks).toEqual([all.slice(0, 1), all.slice(0, 2), all.slice(0, 3), all]);
  });

  it('tell that somebody has to promote it, once', () => {
    const waits = 'v2 is ready and waits to be promoted: berth deployments promote 12';
    const all = { waitsUntilPromoted: true, steps: [{ weight: 100, holdSeconds: 600 }] };
    expect(at({ ...all, state: 'arriving' })).toEqual([]);
    expect(at({ ...all, state: 'waiting' })).toEqual([waits]);
    expect(at({ ...all, since })).toEqual([waits, 'v2 gets 100 % of the requests']);
  });

  it('tell the weights where nobody counts what is answered', () => {
    expect(at({ state: 'promoting', step: 1 })).toEqual([
      'v2 gets 10 % of the requests',
      'v2 gets 50 % of the requests',
    ]);
  });

  it('tell what was answered in a step in which it was taken back', () => {
    expect(at({ state: 'aborting', counts: [counts(10, 20, 8)] }).at(-1)).toContain('20 requests, 8 with an error');
  });
});
