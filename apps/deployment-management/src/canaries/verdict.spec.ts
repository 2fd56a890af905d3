import { type CanaryStrategy, releaseStrategy } from '@berth/contracts/deployment';
import type { InstanceTraffic, ObservedInstance } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begun, type Canary, canaryInstances, counted, newCanary, weightOf } from './canary.js';
import { type Facts, verdictOn } from './verdict.js';

const strategy = releaseStrategy.parse({
  kind: 'canary',
  steps: [
    { weight: 10, holdSeconds: 60 },
    { weight: 50, holdSeconds: 120 },
  ],
  maxErrorPercent: 5,
  minRequests: 20,
}) as CanaryStrategy;
const from = new Date('2026-11-22T10:00:00.000Z');
const after = (seconds: number): Date => new Date(from.getTime() + seconds * 1_000);
const traffic = (instance: string, release: number, requests: number, errors = 0): InstanceTraffic => ({
  ...{ instance, release, requests, errors },
});
const instance = (restarts: number): ObservedInstance =>
  ({ id: 'web-2', state: 'ready', restarts, lastExit: null }) as ObservedInstance;
const facts = (change: Partial<Facts> = {}): Facts => ({
  ...{ now: from, instances: [instance(0)], weight: 10, isWanted: true, numbers: { canary: 2, former: 1 } },
  ...change,
});
const start = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }), 0, []);
const held: Canary = { ...start, since: from.toISOString() };
const answering = (requests: number, errors: number): Canary => counted(held, [traffic('a', 2, requests, errors)], 2);

describe('a canary in its step', () => {
  it('is timed from when the route gives it its weight, not from when that was asked for', () => {
    expect(verdictOn(start, facts({ weight: 0, now: after(900) }))).toEqual({ kind: 'wait' });
    expect(verdictOn(start, facts({ now: after(900) }))).toMatchObject({
      kind: 'go-on',
      canary: { step: 0, since: after(900).toISOString() },
      message: 'v2 gets 10 % of the requests',
    });
  });

  it('is held to the second, then has the next weight, and after the last step takes over', () => {
    expect(verdictOn(held, facts({ now: after(59.999) }))).toEqual({ kind: 'wait' });
    const second = verdictOn(held, facts({ now: after(60) }));
    expect(second).toMatchObject({ kind: 'go-on', canary: { state: 'stepping', step: 1, since: null } });
    if (second.kind !== 'go-on') throw new Error('it stays');
    expect([weightOf(second.canary), second.canary.counts.length]).toEqual([50, 2]);
    const last = verdictOn(
      { ...second.canary, since: after(60).toISOString() },
      facts({ now: after(180), weight: 50 }),
    );
    expect(last).toMatchObject({ kind: 'go-on', canary: { state: 'promoting' } });
  });

  it.each([
    ['as many errors as it may have', 20, 1, 'wait'],
    ['more errors than it may have', 20, 2, 'abort'],
    ['errors only, of too few requests to judge by', 19, 19, 'wait'],
    ['a share just above', 100, 6, 'abort'],
    ['a share just at the limit', 100, 5, 'wait'],
  ])('with %s: %i requests, %i errors', (_, requests, errors, kind) => {
    expect(verdictOn(answering(requests, errors), facts({ now: after(1) })).kind).toBe(kind);
  });

  it('says when too few asked to judge by', () => {
    expect(verdictOn(answering(3, 3), facts({ now: after(60) }))).toMatchObject({
      message:
        'Step 1 of 2 (10 %) is over: v2 answered 3 requests, 3 with an error (100 %), v1 0 requests, 0 with an error (0 %): too few to judge by, nothing ended',
    });
  });

  it('is taken back when one of its instances ended, but not for what ended before users met it', () => {
    const once = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }), 1, []);
    expect(verdictOn({ ...once, since: from.toISOString() }, facts({ instances: [instance(1)] })).kind).toBe('wait');
    expect(verdictOn(held, facts({ instances: [instance(1)] }))).toMatchObject({
      kind: 'abort',
      failure: {
        cause: 'canary_failed',
        evidence: [expect.stringContaining('At 10 %: v2'), 'web-2: ready, 1 restarts'],
      },
    });
  });

  it('is taken back when the workload is stopped: nothing is proven by what gets no requests', () => {
    expect(verdictOn(held, facts({ isWanted: false, instances: [] })).kind).toBe('abort');
  });
});

describe('counting', () => {
  it('begins at what was counted before, and tells the two releases apart', () => {
    const canary = begun(start, 0, [traffic('old', 1, 900, 90)]);
    const next = counted(canary, [traffic('old', 1, 910, 91), traffic('new', 2, 4, 2)], 2);
    expect(next.counts.at(-1)).toMatchObject({
      former: { requests: 10, errors: 1 },
      canary: { requests: 4, errors: 2 },
    });
  });

  it('loses nothing that was read, however often the counters begin anew', () => {
    const steps = fc.array(fc.record({ asked: fc.nat(50), bad: fc.nat(50), anew: fc.boolean() }), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (looks) => {
        let canary = held;
        let sum = { requests: 0, errors: 0 };
        let now = { requests: 0, errors: 0 };
        for (const { asked, bad, anew } of looks) {
          const errors = Math.min(asked, bad);
          const isAnew = anew && asked < now.requests;
          now = isAnew ? { requests: asked, errors } : { requests: now.requests + asked, errors: now.errors + errors };
          sum = { requests: sum.requests + asked, errors: sum.errors + errors };
          canary = counted(canary, [traffic('a', 2, now.requests, now.errors)], 2);
        }
        expect(canary.counts.at(-1)?.canary).toEqual(sum);
      }),
    );
  });
});

it.each([
  [1, 10, 1],
  [10, 10, 1],
  [10, 50, 5],
  [3, 50, 2],
  [0, 50, 0],
])('of %i instances a weight of %i %% has %i', (instances, weight, expected) => {
  expect(canaryInstances({ steps: [{ weight, holdSeconds: 1 }], step: 0 }, instances)).toBe(expected);
});
