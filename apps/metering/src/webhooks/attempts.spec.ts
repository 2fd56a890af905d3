import { describe, expect, it } from '@jest/globals';
import { judge } from './attempts.js';

describe('an attempt', () => {
  it.each([200, 201, 204, 299])('answered with %i has arrived', (status) =>
    expect(judge({ status }, 1)).toEqual({ state: 'delivered' }),
  );

  it.each([301, 400, 401, 404, 429, 500, 503])('answered with %i is made again', (status) =>
    expect(judge({ status }, 1)).toEqual({ state: 'pending', waitSeconds: 5, failure: `answered ${status}` }),
  );

  it('answered with 410 is the last', () =>
    expect(judge({ status: 410 }, 1)).toEqual({ state: 'dead', failure: 'answered 410' }));

  it('is made ten times over some three days, each after a longer wait', () => {
    const judged = Array.from({ length: 10 }, (_, index) => judge({ error: 'refused' }, index + 1));
    const waits = judged.flatMap((each) => (each.state === 'pending' ? [each.waitSeconds] : []));
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.reduce((all, each) => all + each) / 86_400).toBeCloseTo(3.15, 1);
    expect(judged.at(-1)).toEqual({ state: 'dead', failure: 'refused' });
  });
});
