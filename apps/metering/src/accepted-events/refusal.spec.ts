import type { CloudEvent } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import { CLOCK_SKEW, requireBelievable, requireTenant } from './refusal.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const data = { workloadId: 'w', organizationId: 'o' };
const event = (over: Partial<CloudEvent<typeof data>> = {}): CloudEvent<typeof data> => ({
  ...{ specversion: '1.0', id: 'e', source: '/berth/deployment-management', type: 't', subject: 'w' },
  ...{ time: now.toISOString(), datacontenttype: 'application/json', partitionkey: 'w', aggregateversion: 1, epoch: 0 },
  data,
  ...over,
});
const ahead = (milliseconds: number) => new Date(now.getTime() + milliseconds);

describe('an event is believed', () => {
  it.each([
    ['about the past', event(), ahead(-86_400_000)],
    ['from a clock that is ahead by what clocks are ahead', event(), ahead(CLOCK_SKEW)],
    ['whose envelope names the same organization', event({ organizationid: 'o' }), now],
  ])('%s', (_name, told, at) => {
    expect(() => requireBelievable(told, at, now)).not.toThrow();
  });

  it('of the organization that the workload was of before', () => {
    expect(() => requireTenant('o', 'o')).not.toThrow();
  });
});

describe('an event is refused', () => {
  it.each([
    ['foreign_source', event({ source: '/berth/build' }), now],
    ['contradictory', event({ subject: 'another' }), now],
    ['contradictory', event({ organizationid: 'another' }), now],
    ['future_dated', event(), ahead(CLOCK_SKEW + 1)],
  ])('as %s', (refusal, told, at) => {
    expect(() => requireBelievable(told, at, now)).toThrow(expect.objectContaining({ refusal }));
  });

  it('as foreign_tenant', () => {
    expect(() => requireTenant('o', 'p')).toThrow(expect.objectContaining({ refusal: 'foreign_tenant' }));
  });
});
