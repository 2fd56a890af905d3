import type { Condition } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import { conditionsAsKnown } from './readiness-as-known.js';

const at = (hour: number) => `2026-11-01T0${hour}:00:00.000Z`;
const ready: Condition = {
  ...{ type: 'Ready', status: 'true', reason: 'AllReady', message: 'v1 serves', since: at(1) },
};
const silent: Condition = {
  ...{ type: 'Reachable', status: 'false', reason: 'DoesNotAnswer', message: 'timed out', since: at(2) },
};
const known = (condition: Condition, outOfReach: Condition | null) =>
  conditionsAsKnown({ conditions: [condition], outOfReach, cluster: 'berlin' });

describe('what is known of a workload', () => {
  it('is what was seen while its cluster can be asked', () => {
    expect(known(ready, null)).toEqual([ready]);
  });

  it.each([
    ['DoesNotAnswer', 'ClusterUnreachable', 'does not answer'],
    ['Refuses', 'ClusterRefuses', 'refuses the platform'],
  ])('is nothing since its cluster was found out of reach (%s), and what was seen last', (reason, is, does) => {
    const [condition] = known(ready, { ...silent, reason });
    expect(condition).toEqual({
      ...{ type: 'Ready', status: 'unknown', reason: is, since: at(2) },
      message: expect.stringMatching(`berlin.*${does}.*Seen last: v1 serves`),
    });
  });

  it('is nothing of what was wrong before, either', () => {
    expect(known({ ...ready, status: 'false', reason: 'CrashLoop' }, silent)).toMatchObject([{ status: 'unknown' }]);
  });

  it('is that nothing was deployed yet, whoever answers', () => {
    const never: Condition = { ...ready, status: 'false', reason: 'NeverDeployed' };
    expect(known(never, silent)).toEqual([never]);
  });
});
