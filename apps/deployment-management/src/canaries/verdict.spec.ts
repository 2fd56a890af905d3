import { type SharingStrategy, releaseStrategy } from '@berth/contracts/deployment';
import type { InstanceTraffic, ObservedInstance } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begun, type Canary, canaryInstances, counted, newCanary, weightOf } from './canary.js';
import { type Facts, type Verdict, verdictOn } from './verdict.js';

const strategy = releaseStrategy.parse({
  kind: 'canary',
  steps: [
    { weight: 10, holdSeconds: 60 },
    { weight: 50, holdSeconds: 120 },
  ],
  maxErrorPercent: 5,
  minRequests: 20,
}) as SharingStrategy;
const from = new Date('2026-11-22T10:00:00.000Z');
const after = (seconds: number): Date => new Date(from.getTime() + seconds * 1_000);
const traffic = (instance: string, release: number, requests: number, errors = 0): InstanceTraffic => ({
  ...{ instance, release, requests, errors },
});
const instance = (restarts: number, state = 'ready', id = 'web-2'): ObservedInstance =>
  ({ id, state, restarts, lastExit: null }) as ObservedInstance;
const facts = (change: Partial<Facts> = {}): Facts => ({
  ...{ now: from, instances: [instance(0)], wanted: 1, trouble: null, weight: 10, isWanted: true, isAwaited: false },
  numbers: { canary: 2, former: 1 },
  ...change,
});
const start = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }), {}, []);
const held: Canary = { ...start, since: from.toISOString() };
const answering = (requests: number, errors: number): Canary => counted(held, [traffic('a', 2, requests, errors)], 2);

const goneOn = (verdict: Verdict) => {
  if (verdict.kind !== 'go-on') throw new Error(`it does not go on: ${verdict.kind}`);
  return verdict;
};
/** Held since `from`, its first step is over. */
const over = (seconds: number): Canary => goneOn(verdictOn(held, facts({ now: after(seconds) }))).canary;

describe('a canary in its step', () => {
  it('is timed from when the route gives it its weight, not from when that was asked for', () => {
    expect(verdictOn(start, facts({ weight: 0, now: after(900) }))).toEqual({ kind: 'wait' });
    expect(verdictOn(start, facts({ now: after(900) }))).toMatchObject({
      kind: 'go-on',
      canary: { step: 0, since: after(900).toISOString() },
      message: 'v2 gets 10 % of the requests',
    });
  });

  it('begins its step anew when the route does not give it its weight any more, however long it had it', () => {
    const lost = verdictOn(held, facts({ weight: 0, now: after(900) }));
    expect(lost).toMatchObject({
      kind: 'go-on',
      canary: { state: 'stepping', step: 0, since: null },
      message: 'v2 gets 0 % of the requests instead of 10 %; its step begins anew',
    });
    if (lost.kind !== 'go-on') throw new Error('it stays');
    expect(verdictOn(lost.canary, facts({ weight: 0, now: after(901) }))).toEqual({ kind: 'wait' });
    expect(verdictOn(lost.canary, facts({ now: after(902) }))).toMatchObject({
      canary: { step: 0, since: after(902).toISOString() },
    });
  });

  it('is taken back when its weight is lost for the fourth time in one step; the next step counts anew', () => {
    const flapping: Canary = { ...held, losses: 3 };
    expect(verdictOn(flapping, facts({ weight: 0, now: after(30) }))).toMatchObject({
      kind: 'abort',
      failure: {
        cause: 'canary_failed',
        message: 'v2 gets 0 % of the requests instead of 10 %, for the 4th time in this step.',
      },
    });
    expect(verdictOn({ ...held, losses: 2 }, facts({ weight: 0 }))).toMatchObject({ canary: { losses: 3 } });
    expect(verdictOn({ ...flapping, isOver: true }, facts())).toMatchObject({ canary: { step: 1, losses: 0 } });
  });

  it('is held to the second, then has the next weight, and after the last step takes over', () => {
    expect(verdictOn(held, facts({ now: after(59.999) }))).toEqual({ kind: 'wait' });
    const second = goneOn(verdictOn(over(60), facts({ now: after(60) })));
    expect(second).toMatchObject({ canary: { state: 'stepping', step: 1, since: null } });
    expect([weightOf(second.canary), second.canary.counts.length]).toEqual([50, 2]);
    const last = verdictOn(
      { ...second.canary, since: after(60).toISOString() },
      facts({ now: after(180), weight: 50 }),
    );
    expect(last).toMatchObject({ kind: 'go-on', canary: { state: 'promoting' } });
  });

  it('has the instances of the next step with the weight of the one that is over, until all of them are ready', () => {
    const waiting = over(60);
    expect([weightOf(waiting), canaryInstances(waiting, 4), waiting.counts.length]).toEqual([10, 2, 1]);
    expect(verdictOn(waiting, facts({ now: after(900), wanted: 2 }))).toEqual({ kind: 'wait' });
    const whole = facts({ now: after(901), wanted: 2, instances: [instance(0), instance(0)] });
    const next = goneOn(verdictOn(waiting, whole));
    expect(next.message).toBe('Instances of v2 for 50 % of the requests are ready');
    expect([weightOf(next.canary), canaryInstances(next.canary, 4), next.canary.step]).toEqual([50, 2, 1]);
    expect(verdictOn(next.canary, { ...whole, weight: 50 })).toMatchObject({
      canary: { since: after(901).toISOString(), isOver: undefined },
    });
  });

  it('whose weight is lost while instances of the next step start begins its own step anew, with its own', () => {
    const lost = goneOn(verdictOn(over(60), facts({ weight: 0, wanted: 2 })));
    expect(lost.canary).toMatchObject({ step: 0, since: null, isOver: undefined });
    expect(canaryInstances(lost.canary, 4)).toBe(1);
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
    const once = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }), { 'web-2': 1 }, []);
    expect(verdictOn({ ...once, since: from.toISOString() }, facts({ instances: [instance(1)] })).kind).toBe('wait');
    expect(verdictOn(held, facts({ instances: [instance(1)] }))).toMatchObject({
      kind: 'abort',
      failure: {
        cause: 'canary_failed',
        evidence: [expect.stringContaining('At 10 %: v2'), 'web-2: ready, 1 restarts'],
      },
    });
  });

  it('is taken back for an end of one instance also when others, with ends from before, are gone', () => {
    const two = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }), { 'web-2': 3, 'web-3': 0 }, []);
    const timed = { ...two, since: from.toISOString() };
    expect(verdictOn(timed, facts({ instances: [instance(0, 'ready', 'web-3')] })).kind).toBe('wait');
    expect(verdictOn(timed, facts({ instances: [instance(1, 'ready', 'web-3')] }))).toMatchObject({
      failure: { message: 'Instances of v2 ended 1 times while it got requests.' },
    });
    expect(verdictOn(timed, facts({ instances: [instance(1, 'ready', 'web-4')] })).kind).toBe('abort');
  });

  it('is taken back for what no waiting helps against, with what the runtime found', () => {
    const trouble = { cause: 'image_denied' as const, message: 'The image cannot be pulled.', evidence: ['401'] };
    expect(verdictOn(held, facts({ wanted: 2, trouble }))).toMatchObject({
      kind: 'abort',
      failure: {
        message: 'The image cannot be pulled. That was found while v2 got requests.',
        evidence: expect.arrayContaining(['web-2: ready, 0 restarts', '401']),
      },
    });
  });

  it('is not timed before all instances of its step are ready', () => {
    expect(verdictOn(start, facts({ wanted: 2 }))).toEqual({ kind: 'wait' });
    expect(verdictOn(start, facts({ wanted: 2, instances: [instance(0), instance(0, 'unready')] }))).toEqual({
      kind: 'wait',
    });
    expect(verdictOn(start, facts({ wanted: 2, instances: [instance(0), instance(0)] }))).toMatchObject({
      canary: { since: from.toISOString() },
    });
  });

  it('waits while fewer instances are ready than its step has: that time does not count, what was before does', () => {
    const one = (seconds: number) => facts({ now: after(seconds), wanted: 2 });
    const both = (seconds: number) => ({ ...one(seconds), instances: [instance(0), instance(0)] });
    const waiting = verdictOn(held, one(40));
    if (waiting.kind !== 'wait' || !waiting.canary) throw new Error('it does not wait');
    expect(waiting.canary).toMatchObject({ since: from.toISOString(), pausedAt: after(40).toISOString() });
    expect(verdictOn(waiting.canary, one(900))).toEqual({ kind: 'wait' });
    const whole = verdictOn(waiting.canary, both(1_000));
    if (whole.kind !== 'wait' || !whole.canary) throw new Error('it does not go on');
    expect(whole.canary).toMatchObject({ since: after(960).toISOString(), pausedAt: undefined });
    expect(verdictOn(whole.canary, both(1_019))).toEqual({ kind: 'wait' });
    expect(verdictOn(whole.canary, both(1_020))).toMatchObject({ kind: 'go-on', canary: { isOver: true } });
  });

  it('whose instances are ready now and then is taken back when they were not for half an hour of its step in all', () => {
    const short = facts({ now: after(1_000), wanted: 2 });
    const whole = { ...short, instances: [instance(0), instance(0)] };
    let canary: Canary = held;
    let pauses = 0;
    for (let verdict: Verdict | undefined; verdict?.kind !== 'abort'; pauses++) {
      expect(pauses).toBeLessThan(20);
      const gone = verdictOn({ ...canary, pausedAt: after(900).toISOString() }, short);
      if (gone.kind === 'abort') {
        verdict = gone;
        expect(gone.failure.message).toBe('Instances of v2 were not ready for 1900 s of this step in all.');
        continue;
      }
      verdict = verdictOn({ ...canary, pausedAt: after(900).toISOString() }, whole);
      canary = (verdict.kind === 'wait' && verdict.canary) || canary;
    }
    expect([pauses, canary.paused]).toEqual([19, 1_800_000]);
    const next = verdictOn({ ...canary, isOver: true }, whole);
    expect(next).toMatchObject({ kind: 'go-on', canary: { step: 1, paused: undefined } });
  });

  it('that loses its weight while it waits begins its step anew', () => {
    const waiting = { ...held, pausedAt: after(40).toISOString() };
    expect(verdictOn(waiting, facts({ weight: 0, now: after(50) }))).toMatchObject({
      kind: 'go-on',
      canary: { since: null, pausedAt: undefined, losses: 1 },
    });
  });

  it('is taken back when none of its instances is ready while it gets requests, and not while one is', () => {
    const silent = [instance(0, 'unready'), instance(0, 'starting')];
    expect(verdictOn(held, facts({ instances: silent }))).toMatchObject({
      kind: 'abort',
      failure: { message: 'None of the instances of v2 is ready while it gets requests.' },
    });
    expect(verdictOn(held, facts({ instances: [] })).kind).toBe('abort');
    expect(verdictOn(start, facts({ instances: [], weight: 0 })).kind).toBe('wait');
    expect(verdictOn(held, facts({ instances: [...silent, instance(0)] })).kind).toBe('wait');
    expect(verdictOn(start, facts({ instances: silent, weight: 0 })).kind).toBe('wait');
  });

  it('where nobody counts passes by its time, and says that nobody did', () => {
    const uncounted = begun(newCanary(strategy, { cpuMillicores: 0, memoryMib: 0 }, false), {}, []);
    expect(uncounted.counts).toEqual([]);
    const verdict = verdictOn({ ...uncounted, since: from.toISOString() }, facts({ now: after(60) }));
    expect(verdict).toMatchObject({
      kind: 'go-on',
      canary: { step: 0, isOver: true, counts: [] },
      message: 'Step 1 of 2 (10 %) is over: no instance of v2 ended; nobody counts answers on its cluster',
    });
  });

  it('is taken back when the workload is stopped: nothing is proven by what gets no requests', () => {
    expect(verdictOn(held, facts({ isWanted: false, instances: [] })).kind).toBe('abort');
  });
});

describe('a blue-green switch', () => {
  const kind = 'blue-green';
  const made = (more: object) =>
    newCanary(releaseStrategy.parse({ kind, holdSeconds: 60, ...more }) as SharingStrategy, {
      ...{ cpuMillicores: 0, memoryMib: 0 },
    });
  const switched: Canary = { ...begun(made({}), {}, []), since: from.toISOString() };
  const all = (change: Partial<Facts> = {}) => facts({ weight: 100, ...change });

  it('has all instances from the beginning, no requests before, and all of them afterwards', () => {
    expect([canaryInstances(made({}), 4), weightOf(made({}))]).toEqual([4, 0]);
    expect(weightOf(begun(made({}), {}, []))).toBe(100);
  });

  it('keeps the former release for its hold, and takes over then', () => {
    expect(verdictOn(switched, all({ now: after(59) }))).toEqual({ kind: 'wait' });
    expect(verdictOn(switched, all({ now: after(60) }))).toMatchObject({ canary: { state: 'promoting' } });
  });

  it('takes over at once when a newer deployment is ready, if all of it is; a canary that has a part does not', () => {
    const isAwaited = true;
    const early = all({ now: after(1), isAwaited });
    expect(verdictOn(switched, early)).toMatchObject({
      canary: { state: 'promoting' },
      message: 'A newer deployment is ready: v2 takes over, and v1 is kept no longer',
    });
    expect(verdictOn(switched, { ...early, wanted: 2 }).kind).toBe('wait');
    expect(verdictOn({ ...switched, since: null }, early)).toMatchObject({ canary: { state: 'stepping' } });
    expect(verdictOn(held, facts({ now: after(1), isAwaited })).kind).toBe('wait');
  });

  it('that is manual waits until it was promoted and all of its instances are ready', () => {
    const waiting = begun(made({ promoteWithinSeconds: 60 }), { 'web-2': 1 }, []);
    expect(waiting).toMatchObject({ state: 'waiting', hasServed: true });
    const idle = facts({ weight: 0, now: after(900), instances: [instance(1)] });
    expect(verdictOn(waiting, idle)).toEqual({ kind: 'wait' });
    const promoted = { ...waiting, promotedAt: after(900).toISOString() };
    expect(verdictOn(promoted, { ...idle, wanted: 2 })).toEqual({ kind: 'wait' });
    expect(verdictOn(promoted, idle)).toMatchObject({ kind: 'go-on', canary: { state: 'stepping', step: 0 } });
    expect(verdictOn(waiting, { ...idle, instances: [instance(2)] })).toMatchObject({
      kind: 'abort',
      failure: { message: 'Instances of v2 ended 1 times while it waited to be promoted.' },
    });
    expect(verdictOn(waiting, { ...idle, isWanted: false }).kind).toBe('abort');
  });

  it('counts nothing of what was answered while it waited', () => {
    const waiting = begun(made({ promoteWithinSeconds: 60 }), {}, [traffic('old', 1, 10)]);
    const looked = counted({ ...waiting, promotedAt: '' }, [traffic('old', 1, 500, 50)], 2);
    const begunNow = goneOn(verdictOn(looked, facts({ weight: 0 }))).canary;
    expect(counted(begunNow, [traffic('old', 1, 501, 50)], 2).counts).toMatchObject([
      { weight: 100, canary: { requests: 0 }, former: { requests: 1, errors: 0 } },
    ]);
  });
});

describe('counting', () => {
  it('begins at what was counted before, and tells the two releases apart', () => {
    const canary = begun(start, {}, [traffic('old', 1, 900, 90)]);
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
          const isAnew = anew && asked < now.requests;
          // Read a moment after the requests, there may be more errors than these.
          now = isAnew
            ? { requests: asked, errors: bad }
            : { requests: now.requests + asked, errors: now.errors + bad };
          sum = { requests: sum.requests + asked, errors: sum.errors + Math.min(asked, bad) };
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
