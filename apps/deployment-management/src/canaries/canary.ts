import type { Failure } from '@berth/contracts/common';
import type { CanaryProgress, CanaryStep, ReleaseStrategy, SharingStrategy } from '@berth/contracts/deployment';
import type { InstanceTraffic } from '@berth/contracts/runtime';
import type { Reservation } from '../quotas/reservation.js';

export interface Answered {
  readonly requests: number;
  readonly errors: number;
}

export type StepCounts = CanaryProgress['counts'][number];

/** How two releases share the requests until one has taken the place of the other. */
export interface Shares {
  readonly steps: readonly CanaryStep[];
  readonly maxErrorPercent: number;
  readonly minRequests: number;
  /** Within how many seconds somebody has to promote it before its first step. Absent: nobody has to. */
  readonly waitSeconds?: number | undefined;
}

/** A blue-green switch is one step with all requests. Null: requests are never shared. */
export function sharesOf(strategy: SharingStrategy): Shares;
export function sharesOf(strategy: ReleaseStrategy): Shares | null;
export function sharesOf(strategy: ReleaseStrategy): Shares | null {
  if (strategy.kind === 'rolling') return null;
  const { maxErrorPercent, minRequests } = strategy;
  if (strategy.kind === 'canary') return { steps: strategy.steps, maxErrorPercent, minRequests };
  const { holdSeconds, promoteWithinSeconds } = strategy;
  const steps = [{ weight: WHOLE, holdSeconds }];
  return { steps, maxErrorPercent, minRequests, waitSeconds: promoteWithinSeconds };
}

const WHOLE = 100;

/** How far a canary has come: all that another replica needs to go on with it. */
export interface Canary extends Shares {
  /**
   * `arriving`: its instances start; `waiting`: somebody has to promote it; `promoting`: it takes the place of the former;
   * `aborting`: it is being taken back.
   */
  readonly state: CanaryProgress['state'];
  /** When somebody promoted it. */
  readonly promotedAt?: string;
  readonly step: number;
  /** Since when the route gives it the weight of its step and its instances are ready; later by each time they were not. */
  readonly since: string | null;
  /** Since when fewer of its instances are ready than the step has. Absent: all are. */
  readonly pausedAt?: string | undefined;
  /** For how many milliseconds of this step that was so, in all. Absent: never. */
  readonly paused?: number | undefined;
  /** Its time is over: the instances of the next step start, with the weight of this one. Absent: it is not. */
  readonly isOver?: boolean | undefined;
  /** How often the route took the weight of this step away again. Absent: never. */
  readonly losses?: number;
  /** Whether anybody counts what instances answer. Absent before that was asked: somebody does. */
  readonly isCounted?: boolean;
  /** One for each step that began; empty where nobody counts. */
  readonly counts: readonly StepCounts[];
  /** The runtime's counters as they were read last, by instance. */
  readonly counters: Readonly<Record<string, Answered>>;
  /** How often each of its instances had ended before users met it. Absent: none had. */
  readonly restarts?: Readonly<Record<string, number>>;
  /** It got requests, or stands by for somebody to promote it: what it has running is used. */
  readonly hasServed: boolean;
  /** What the quota has to hold for it beside the former release. */
  readonly extra: Reservation;
  /** Why it is being taken back. */
  readonly failure: Failure | null;
}

export const newCanary = (strategy: SharingStrategy, extra: Reservation, isCounted = true): Canary => ({
  ...sharesOf(strategy),
  ...{ state: 'arriving', step: 0, since: null, counts: [], counters: {} },
  ...{ hasServed: false, isCounted, extra, failure: null },
});

/** Both releases run on purpose. */
export const isSplit = ({ state }: Canary): boolean =>
  state === 'arriving' || state === 'waiting' || state === 'stepping';

/** It has all requests, and the former release is kept up to get them back. */
export const isHolding = (canary: Canary): boolean => weightOf(canary) === WHOLE && canary.since !== null;

/** It has yet to be promoted. */
export const awaitsPromotion = ({ waitSeconds, promotedAt }: Canary): boolean =>
  waitSeconds !== undefined && promotedAt === undefined;

/** Percent of the requests that it is to get now. */
export const weightOf = ({ state, steps, step }: Canary): number =>
  state === 'stepping' ? (steps[step]?.weight ?? 0) : 0;

/** As large a part of the instances as of the requests, and at least one: there before the requests are. */
export function canaryInstances({ steps, step, isOver }: Staffed, instances: number): number {
  if (instances === 0) return 0;
  const weight = steps[isOver ? step + 1 : step]?.weight ?? 0;
  return Math.max(1, Math.ceil((instances * weight) / 100));
}

type Staffed = Pick<Canary, 'steps' | 'step' | 'isOver'>;

export const holdSeconds = ({ steps }: Pick<Canary, 'steps'>): number =>
  steps.reduce((sum, each) => sum + each.holdSeconds, 0);

/**
 * All of it is ready: users meet it from now on, or when somebody has promoted it. Either way it is in use. `traffic` is what
 * was counted before.
 */
export function begun(
  canary: Canary,
  restarts: NonNullable<Canary['restarts']>,
  traffic: readonly InstanceTraffic[],
): Canary {
  const ready = { ...canary, restarts, hasServed: true, counters: countersOf(traffic) };
  return awaitsPromotion(ready) ? { ...ready, state: 'waiting' } : enterStep(ready, 0);
}

/** What of a step's time has passed counts no more. */
export const untimed = { since: null, pausedAt: undefined, isOver: undefined } as const;

export const enterStep = (canary: Canary, step: number): Canary => ({
  ...canary,
  state: 'stepping',
  step,
  ...untimed,
  paused: undefined,
  losses: 0,
  counts:
    canary.isCounted === false
      ? []
      : [...canary.counts, { weight: canary.steps[step]?.weight ?? 0, canary: none, former: none }],
});

const none: Answered = { requests: 0, errors: 0 };

/** With what was answered since the last look. A counter that is lower than it was began anew. */
export function counted(canary: Canary, traffic: readonly InstanceTraffic[], release: number): Canary {
  const counters = { ...canary.counters, ...countersOf(traffic) };
  const current = canary.counts.at(-1);
  if (!current) return { ...canary, counters };
  const news = traffic.map((each) => ({ ...each, ...sinceThen(canary.counters[each.instance] ?? none, each) }));
  const next = {
    ...current,
    canary: news.filter((each) => each.release === release).reduce(plus, current.canary),
    former: news.filter((each) => each.release !== release).reduce(plus, current.former),
  };
  return { ...canary, counters, counts: [...canary.counts.slice(0, -1), next] };
}

const countersOf = (traffic: readonly InstanceTraffic[]): Record<string, Answered> =>
  Object.fromEntries(traffic.map(({ instance, requests, errors }) => [instance, { requests, errors }]));

/** The two counters are not read at one moment: there are never more errors than requests. */
function sinceThen(then: Answered, now: Answered): Answered {
  const from = now.requests < then.requests ? none : then;
  const requests = now.requests - from.requests;
  return { requests, errors: Math.min(requests, Math.max(0, now.errors - from.errors)) };
}

const plus = (sum: Answered, { requests, errors }: Answered): Answered => ({
  requests: sum.requests + requests,
  errors: sum.errors + errors,
});

export function toProgress({ state, waitSeconds, steps, step, since, counts }: Canary): CanaryProgress {
  return { state, waitsUntilPromoted: waitSeconds !== undefined, steps: [...steps], step, since, counts: [...counts] };
}
