import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freshState, type InstanceState } from './instance-state.js';
import { type InstanceView, plan, type Plan, type PlanInput, type WantedProcess } from './plan.js';

const NOW = 1_000_000;
const SETTLE = 500;
const HOLD = 5_000;
const ready: Partial<InstanceState> = { phase: 'ready', readySince: NOW - SETTLE, everReady: true };

function view(id: string, state: Partial<InstanceState> = ready, more: Partial<InstanceView> = {}): InstanceView {
  const [processType = 'web', revision = 'r1'] = id.split(':');
  const base = { id, processType, revision, startDeadline: 10_000, failureThreshold: 3, heldSince: null };
  const routed = more.routed ?? state.phase === 'ready';
  return { ...base, state: { ...freshState(NOW - 1_000), ...state }, routed, wasRouted: routed, ...more };
}

function ask(wanted: [string, string, number][], instances: InstanceView[], more: Partial<PlanInput> = {}): Plan {
  const processes: WantedProcess[] = wanted.map(([name, revision, count]) => ({ name, revision, instances: count }));
  return plan({ wanted: processes, instances, canStart: true, now: NOW, settle: SETTLE, hold: HOLD, ...more });
}

const keeper = { name: 'web', revision: 'r2', instances: 1, isExclusive: true };
const nothing = { start: [], restart: [], retire: [], end: [] };
const newWeb = (state: Partial<InstanceState>, more?: Partial<InstanceView>) => view('web:r2:a', state, more);

describe('plan', () => {
  it('starts what is missing, of each process type', () => {
    expect(
      ask(
        [
          ['web', 'r1', 2],
          ['worker', 'r1', 1],
        ],
        [view('web:r1:a')],
      ).start,
    ).toEqual(['web', 'worker']);
  });

  it.each([
    [0, 1],
    [1, 2],
    [3, 8],
    [4, 16],
    [90, 16],
  ])('trusts a new instance that ended %s times after %s times the time', (restarts, times) => {
    const since = (milliseconds: number) =>
      newWeb({ ...ready, restarts, readySince: NOW - milliseconds }, { routed: false });
    const former = view('web:r1:a');
    const early = ask([['web', 'r2', 1]], [former, since(times * SETTLE - 1)]);
    expect([early.routed, early.wakeAt]).toEqual([['web:r1:a'], NOW + 1]);
    expect(ask([['web', 'r2', 1]], [former, since(times * SETTLE)]).routed).toContain('web:r2:a');
  });

  it('starts nothing while the slug is not there, and leaves what runs alone', () => {
    expect(ask([['web', 'r2', 2]], [view('web:r1:a')], { canStart: false })).toMatchObject(nothing);
  });

  it('changes nothing when all is as wanted', () => {
    const result = ask([['web', 'r1', 2]], [view('web:r1:a'), view('web:r1:b')]);
    expect(result).toEqual({
      ...nothing,
      routed: ['web:r1:a', 'web:r1:b'],
      held: [],
      startCanary: 0,
      canary: [],
      wakeAt: null,
    });
  });

  it('ends what shares a volume before it starts its successor, and holds nothing', () => {
    const step = (instances: InstanceView[], more: Partial<PlanInput> = {}) =>
      plan({ wanted: [keeper], instances, canStart: true, now: NOW, settle: SETTLE, hold: HOLD, ...more });
    expect(step([view('web:r1:a')])).toMatchObject({ ...nothing, retire: ['web:r1:a'], held: [] });
    expect(step([view('web:r1:a', { phase: 'stopping' })])).toMatchObject(nothing);
    expect(step([view('web:r2:a', { phase: 'stopping' })])).toMatchObject(nothing);
    expect(step([])).toMatchObject({ start: ['web'] });
    expect(step([view('web:r2:a')])).toMatchObject({ ...nothing, routed: ['web:r2:a'] });
    // What runs is left alone until there is something to follow it.
    expect(step([view('web:r1:a')], { canStart: false })).toMatchObject({ ...nothing, routed: ['web:r1:a'] });
  });

  it('never has two that share a volume, whatever there is', () => {
    const phase = fc.constantFrom('starting', 'ready', 'unready', 'backoff', 'stopping');
    const some = fc.array(fc.record({ phase, revision: fc.constantFrom('r1', 'r2') }), { maxLength: 4 });
    fc.assert(
      fc.property(some, (parts) => {
        const instances = parts.map((part, index) =>
          view(`web:${part.revision}:${index}`, { phase: part.phase } as never),
        );
        const { start } = plan({
          ...{ wanted: [keeper], instances, canStart: true, now: NOW, settle: SETTLE, hold: HOLD },
        });
        expect(start.length + instances.length).toBeLessThanOrEqual(Math.max(1, instances.length));
      }),
    );
  });

  it('retires all of a deleted workload', () => {
    const instances = [view('web:r1:a'), view('worker:r1:a'), view('web:r1:b', { phase: 'backoff' })];
    expect(ask([], instances)).toMatchObject({ retire: ['web:r1:a', 'web:r1:b', 'worker:r1:a'], routed: [] });
  });

  it('retires what does not serve first, then the newest', () => {
    const instances = [view('web:r1:a'), view('web:r1:b', { phase: 'starting' }), view('web:r1:c')];
    expect(ask([['web', 'r1', 2]], instances).retire).toEqual(['web:r1:b']);
    expect(ask([['web', 'r1', 1]], instances).retire).toEqual(['web:r1:b', 'web:r1:c']);
  });

  it.each<[string, Partial<InstanceState>, Partial<InstanceView>, Partial<Plan>]>([
    ['starting', { phase: 'starting' }, {}, { routed: ['web:r1:a'], held: [] }],
    ['ready, not proven', { ...ready, readySince: NOW - 1 }, { routed: false }, { routed: ['web:r1:a'], held: [] }],
    ['proven, not routed', ready, { routed: false }, { routed: ['web:r1:a', 'web:r2:a'], held: [] }],
    ['proven and routed', ready, {}, { routed: ['web:r2:a'], held: ['web:r1:a'], wakeAt: NOW + HOLD }],
    ['failing', { phase: 'backoff', retryAt: NOW + 1 }, {}, { routed: ['web:r1:a'], held: [] }],
  ])('replaces a serving instance step by step: the new one is %s', (_, state, more, expected) => {
    expect(ask([['web', 'r2', 1]], [view('web:r1:a'), newWeb(state, more)])).toMatchObject({ ...expected, retire: [] });
  });

  it('retires no former instance before all of the new ones have taken over', () => {
    const instances = [view('web:r1:a'), view('web:r1:b'), newWeb(ready), view('web:r2:b', { phase: 'starting' })];
    expect(ask([['web', 'r2', 2]], instances).retire).toEqual([]);
  });

  it('leaves a new instance in the routes when another new one falters in the middle of the replacement', () => {
    const instances = [view('web:r1:a'), newWeb(ready), view('web:r2:b', { phase: 'unready', everReady: true })];
    expect(ask([['web', 'r2', 2]], instances).routed).toEqual(['web:r1:a', 'web:r2:a']);
  });

  describe('with a former instance held', () => {
    const held = (since: number, state?: Partial<InstanceState>) =>
      view('web:r1:a', state, { routed: false, wasRouted: true, heldSince: since });
    const crashed: Partial<InstanceState> = { phase: 'backoff', readySince: null, everReady: true, retryAt: NOW + 500 };

    it('keeps it without requests, and retires it when its time is over', () => {
      const early = ask([['web', 'r2', 1]], [held(NOW - HOLD + 1), newWeb(ready)]);
      expect(early).toMatchObject({ routed: ['web:r2:a'], held: ['web:r1:a'], retire: [], wakeAt: NOW + 1 });
      const late = ask([['web', 'r2', 1]], [held(NOW - HOLD), newWeb(ready)]);
      expect(late).toMatchObject({ routed: ['web:r2:a'], held: [], retire: ['web:r1:a'] });
    });

    it.each<[string, Partial<InstanceState>]>([
      ['ended', crashed],
      ['is unready', { phase: 'unready', everReady: true }],
      ['is starting again', { phase: 'starting', everReady: true }],
      ['is back, but not proven', { ...ready, readySince: NOW - 1 }],
    ])('gives it requests again, whatever time it is, when a new one that served %s', (_, state) => {
      const faltering = newWeb(state, { routed: false, wasRouted: true });
      const result = ask([['web', 'r2', 1]], [held(NOW - HOLD), faltering]);
      expect(result).toMatchObject({ routed: ['web:r1:a'], held: [], retire: [] });
    });

    it('gives it no requests for a new instance that never served, as at a scale-up', () => {
      const more = view('web:r2:b', { phase: 'starting' });
      const unproven = view('web:r2:c', { ...ready, readySince: NOW }, { routed: false });
      const result = ask([['web', 'r2', 3]], [held(NOW - 1), newWeb(ready), more, unproven]);
      expect(result).toMatchObject({ routed: ['web:r2:a', 'web:r2:c'], held: ['web:r1:a'], retire: [] });
    });

    it('drops it when it ends itself, unless a new one falters too', () => {
      const ended = held(NOW - 1, crashed);
      expect(ask([['web', 'r2', 1]], [ended, newWeb(ready)])).toMatchObject({ retire: ['web:r1:a'], restart: [] });
      const faltering = newWeb(crashed, { wasRouted: true });
      expect(ask([['web', 'r2', 1]], [ended, faltering])).toMatchObject({ retire: [], held: [] });
    });

    it('makes it serve at once when it is wanted again, and holds the others instead', () => {
      const back = [held(NOW - 1), newWeb(ready)];
      expect(ask([['web', 'r1', 1]], back)).toMatchObject({ start: [], routed: ['web:r2:a', 'web:r1:a'], retire: [] });
      const routed = [view('web:r1:a', ready, { heldSince: NOW - 1 }), newWeb(ready)];
      expect(ask([['web', 'r1', 1]], routed)).toMatchObject({ routed: ['web:r1:a'], held: ['web:r2:a'] });
    });

    it('leaves it aside while a third release starts, and uses it when the one in charge ends', () => {
      const third = view('web:r3:a', { phase: 'starting' });
      const calm = ask([['web', 'r3', 1]], [held(NOW - 1), newWeb(ready), third]);
      expect(calm).toMatchObject({ routed: ['web:r2:a'], held: ['web:r1:a'], retire: [] });
      const inCharge = newWeb(crashed, { routed: false, wasRouted: true });
      expect(ask([['web', 'r3', 1]], [held(NOW - 1), inCharge, third])).toMatchObject({ routed: ['web:r1:a'] });
    });

    it('drops it when a third release took over from the second: one step back is enough', () => {
      const third = view('web:r3:a', ready);
      const result = ask([['web', 'r3', 1]], [held(NOW - 1), newWeb(ready), third]);
      expect(result).toMatchObject({ routed: ['web:r3:a'], held: ['web:r2:a'], retire: ['web:r1:a'] });
    });

    it('does not hold at a stop, at the end of the workload, nor when the time to hold is none', () => {
      const instances = [view('web:r1:a'), newWeb(ready)];
      expect(ask([['web', 'r2', 0]], instances)).toMatchObject({ held: [], retire: ['web:r2:a', 'web:r1:a'] });
      expect(ask([], instances)).toMatchObject({ held: [], retire: ['web:r1:a', 'web:r2:a'] });
      expect(ask([['web', 'r2', 1]], instances, { hold: 0 })).toMatchObject({ held: [], retire: ['web:r1:a'] });
    });
  });

  it('routes a new instance at once when no former one serves', () => {
    const former = view('web:r1:a', { phase: 'backoff', everReady: true, retryAt: NOW + 1 });
    const fresh = newWeb({ ...ready, readySince: NOW }, { routed: false });
    expect(ask([['web', 'r2', 1]], [former, fresh]).routed).toEqual(['web:r2:a']);
  });

  it('drops a former instance that never served, and keeps one alive that did', () => {
    const never = view('web:r1:a', { phase: 'starting' });
    const did = view('web:r1:b', { phase: 'backoff', everReady: true, retryAt: NOW - 1 });
    const result = ask([['web', 'r2', 1]], [never, did, newWeb({ phase: 'starting' })]);
    expect(result).toMatchObject({ retire: ['web:r1:a'], restart: ['web:r1:b'] });
  });

  it('keeps the surviving instances of a release that is wanted again, and drops those that never served', () => {
    const failing = newWeb({ phase: 'backoff', retryAt: NOW + 5 });
    expect(ask([['web', 'r1', 1]], [view('web:r1:a'), failing])).toMatchObject({
      ...nothing,
      retire: ['web:r2:a'],
      routed: ['web:r1:a'],
    });
  });

  it('replaces workers without routes', () => {
    const instances = [view('worker:r1:a', ready, { routed: false }), view('worker:r2:a', ready, { routed: false })];
    expect(ask([['worker', 'r2', 1]], instances)).toMatchObject({ retire: ['worker:r1:a'], routed: [] });
  });

  it('stops everything at count zero without waiting for anything', () => {
    expect(ask([['web', 'r2', 0]], [view('web:r1:a')]).retire).toEqual(['web:r1:a']);
  });

  it('ends a run that is not ready at its deadline, and one that stays unhealthy; neither twice', () => {
    const late = view('web:r1:a', { phase: 'starting', startedAt: NOW - 10_000 });
    const sick = view('web:r1:b', { phase: 'unready', probeFailures: 6 });
    const shaky = view('web:r1:c', { phase: 'unready', probeFailures: 5 });
    const ending = view('web:r1:d', { phase: 'unready', probeFailures: 9, ending: 'unhealthy' });
    expect(ask([['web', 'r1', 4]], [late, sick, shaky, ending]).end).toEqual([
      { id: 'web:r1:a', reason: 'start_deadline' },
      { id: 'web:r1:b', reason: 'unhealthy' },
    ]);
  });

  it('wakes at the earliest of retry, start deadline and proof', () => {
    const instances = [
      view('web:r1:a', { phase: 'backoff', retryAt: NOW + 700 }),
      view('web:r1:b', { phase: 'starting', startedAt: NOW - 9_500 }),
      view('web:r1:c', { ...ready, readySince: NOW - 100 }),
    ];
    expect(ask([['web', 'r1', 3]], instances).wakeAt).toBe(NOW + 400);
    expect(ask([['web', 'r1', 2]], instances.slice(0, 2)).wakeAt).toBe(NOW + 500);
  });
});

/** A world in which plans are carried out at once and instances do as they are told, or crash. */
class World {
  now = NOW;
  instances: InstanceView[] = [];
  wanted: WantedProcess[] = [];
  private made = 0;

  get input(): PlanInput {
    const { wanted, instances, now } = this;
    return { wanted, instances, canStart: true, now, settle: SETTLE, hold: HOLD };
  }

  pass(): Plan {
    const next = plan(this.input);
    this.instances = this.instances.filter(({ id }) => !next.retire.includes(id));
    for (const name of next.start) this.instances.push(this.make(name));
    for (const id of next.restart) this.update(id, { phase: 'starting', startedAt: this.now, retryAt: null });
    for (const { id } of next.end) this.crash(id);
    this.instances = this.instances.map((each) => {
      const routed = next.routed.includes(each.id);
      const heldSince = next.held.includes(each.id) ? (each.heldSince ?? this.now) : null;
      return { ...each, routed, wasRouted: each.wasRouted || routed, heldSince };
    });
    return next;
  }

  crash(id: string): void {
    this.update(id, { phase: 'backoff', readySince: null, retryAt: this.now + 200 });
  }

  becomeReady(id: string): void {
    const found = this.instances.find((each) => each.id === id);
    if (found?.state.phase === 'starting') this.update(id, { phase: 'ready', readySince: this.now, everReady: true });
  }

  clone(): World {
    return Object.assign(new World(), { ...this });
  }

  serving(): number {
    return this.instances.filter(({ routed, state }) => routed && state.phase === 'ready').length;
  }

  settle(passes = 12 + HOLD / SETTLE): void {
    for (let pass = 0; pass < passes; pass++) {
      for (const { id } of this.instances) this.becomeReady(id);
      this.now += SETTLE;
      this.pass();
    }
  }

  private make(name: string): InstanceView {
    const revision = this.wanted.find((process) => process.name === name)?.revision ?? '';
    const base = {
      processType: name,
      revision,
      startDeadline: 10_000,
      failureThreshold: 3,
      routed: false,
      wasRouted: false,
    };
    return { ...base, heldSince: null, id: `${name}-${++this.made}`, state: freshState(this.now) };
  }

  private update(id: string, change: Partial<InstanceState>): void {
    this.instances = this.instances.map((each) =>
      each.id === id ? { ...each, state: { ...each.state, ...change } } : each,
    );
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('want' as const), revision: fc.constantFrom('r1', 'r2', 'r3'), count: fc.nat(4) }),
  fc.record({ kind: fc.constant('ready' as const), at: fc.nat(9) }),
  fc.record({ kind: fc.constant('crash' as const), at: fc.nat(9) }),
  fc.record({ kind: fc.constant('calm' as const), passes: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('time' as const), by: fc.integer({ min: 1, max: 1_500 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function act(world: World, next: Step): void {
  if (next.kind === 'time') world.now += next.by;
  if (next.kind === 'calm') world.settle(next.passes);
  if (next.kind === 'want') world.wanted = [{ name: 'web', revision: next.revision, instances: next.count }];
  if (next.kind === 'ready' || next.kind === 'crash') {
    const { id } = world.instances[next.at % Math.max(1, world.instances.length)] ?? { id: '' };
    if (next.kind === 'ready') world.becomeReady(id);
    else world.crash(id);
  }
}

describe('plan, whatever happens', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 40 });

  it('never takes serving instances away below what is wanted', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const each of all) {
          act(world, each);
          const before = world.serving();
          world.pass();
          const wanted = world.wanted[0]?.instances ?? 0;
          expect(world.serving()).toBeGreaterThanOrEqual(Math.min(before, wanted));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('serves again in one pass when all that took over ends while former instances are held', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const each of all) {
          act(world, each);
          world.pass();
          const held = world.instances.filter((view) => view.heldSince !== null && view.state.phase === 'ready');
          const before = world.clone();
          for (const { id } of before.instances.filter(({ heldSince }) => heldSince === null)) before.crash(id);
          before.pass();
          if (before.instances.some((view) => view.wasRouted && view.state.phase === 'backoff'))
            expect(before.serving()).toBe(held.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds nothing for longer than its time while all that is wanted serves, and never with requests', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const each of all) {
          act(world, each);
          const { held, routed } = world.pass();
          expect(held.filter((id) => routed.includes(id))).toEqual([]);
          for (const { heldSince } of world.instances) expect(world.now - (heldSince ?? world.now)).toBeLessThan(HOLD);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends with exactly what is wanted, all of it routed, and then changes nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const each of all) {
          act(world, each);
          world.pass();
        }
        world.settle();
        const wanted = world.wanted[0];
        expect(world.instances).toHaveLength(wanted?.instances ?? 0);
        expect(world.instances.every((each) => each.revision === wanted?.revision && each.routed)).toBe(true);
        expect(world.pass()).toMatchObject(nothing);
      }),
      { numRuns: 300 },
    );
  });

  it('asks for the same again when nothing was carried out', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const each of all) {
          act(world, each);
          world.pass();
        }
        expect(plan(world.input)).toEqual(plan(world.input));
        expect(plan(world.input).wakeAt ?? Infinity).toBeGreaterThan(world.now);
      }),
    );
  });
});

describe('a canary', () => {
  const canary = (weight: number, instances = 1) => ({ canary: { revision: 'r2', instances, weight, canStart: true } });
  const young = newWeb({ phase: 'ready', readySince: NOW - SETTLE + 1 }, { routed: false });
  const stable = view('web:r1:a');

  it('is started beside what is wanted, which is no part of a replacement', () => {
    const result = ask([['web', 'r1', 1]], [stable], canary(10, 2));
    expect(result).toMatchObject({ ...nothing, startCanary: 2, routed: ['web:r1:a'], canary: [], held: [] });
    expect(ask([['web', 'r1', 1]], [stable], { canary: { ...canary(10).canary, canStart: false } }).startCanary).toBe(
      0,
    );
  });

  it('gets requests when it has a weight and is proven, and keeps them while it is ready', () => {
    expect(ask([['web', 'r1', 1]], [stable, young], canary(10)).canary).toEqual([]);
    expect(ask([['web', 'r1', 1]], [stable, young], { ...canary(10), now: NOW + 1 }).canary).toEqual(['web:r2:a']);
    expect(ask([['web', 'r1', 1]], [stable, newWeb(ready)], canary(0)).canary).toEqual([]);
    expect(ask([['web', 'r1', 1]], [stable, newWeb({ ...young.state }, { routed: true })], canary(10)).canary).toEqual([
      'web:r2:a',
    ]);
  });

  it('is made smaller, its idle instances first', () => {
    const idle = view('web:r2:b', { phase: 'starting' });
    expect(ask([['web', 'r1', 1]], [stable, newWeb(ready), idle], canary(10)).retire).toEqual(['web:r2:b']);
  });

  it('takes over by becoming what is wanted: its instances stay where they are', () => {
    const result = ask([['web', 'r2', 1]], [stable, newWeb(ready)]);
    expect(result).toMatchObject({ start: [], startCanary: 0, retire: [], routed: ['web:r2:a'], held: ['web:r1:a'] });
  });

  it('that was dropped ends at once: it never serves again, also while the stable release is unwell', () => {
    const dropped = { dropped: new Set(['r2']) };
    const unwell = view('web:r1:a', { phase: 'unready', everReady: true }, { routed: false, wasRouted: true });
    const result = ask([['web', 'r1', 1]], [unwell, newWeb(ready)], dropped);
    expect(result).toMatchObject({ retire: ['web:r2:a'], routed: [], canary: [], held: [] });
  });
});
