import type { Failure } from '@berth/contracts/common';
import type { ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import {
  type Answered,
  awaitsPromotion,
  type Canary,
  enterStep,
  isHolding,
  type StepCounts,
  untimed,
  weightOf,
} from './canary.js';

export interface Facts {
  readonly now: Date;
  /** Its instances. */
  readonly instances: readonly ObservedInstance[];
  /** How many of them there should be. */
  readonly wanted: number;
  /** What no waiting helps against, as the runtime says. */
  readonly trouble: ObservedWorkload['trouble'];
  /** Percent of the requests that the route gives it. */
  readonly weight: number;
  /** A newer deployment has all that it needs, and is no rollback. */
  readonly isAwaited: boolean;
  /** Somebody wants the workload to run. */
  readonly isWanted: boolean;
  readonly numbers: Numbers;
}

/** Numbers of the two releases. */
export interface Numbers {
  readonly canary: number;
  readonly former: number;
}

export type Verdict =
  /** `canary`: as it is from now on; absent: as it was. */
  | { readonly kind: 'wait'; readonly canary?: Canary }
  /** Goes on as told. */
  | { readonly kind: 'go-on'; readonly canary: Canary; readonly message: string }
  | { readonly kind: 'abort'; readonly failure: Failure };

/** A route that takes the weight away more often in one step proves nothing, however long it is waited for. */
export const MOST_LOSSES = 3;

/** What becomes of a canary in its step. Pure: of its state, what was counted into it and what is seen now. */
export function verdictOn(canary: Canary, facts: Facts): Verdict {
  const reason = reasonAgainst(canary, facts);
  if (reason) return { kind: 'abort', failure: failureOf(reason, canary, facts) };
  const { now, weight, numbers } = facts;
  if (weight !== weightOf(canary)) return withoutWeight(canary, facts);
  const isWhole = facts.instances.filter(isReady).length >= facts.wanted;
  if (canary.state === 'waiting')
    return isWhole && !awaitsPromotion(canary) ? firstStep(canary, numbers) : { kind: 'wait' };
  if (canary.isOver) return isWhole ? nextStep(canary, numbers) : { kind: 'wait' };
  if (!isWhole) return paused(canary, now);
  if (canary.since === null) {
    const message = `v${numbers.canary} gets ${weight} % of the requests`;
    return { kind: 'go-on', canary: { ...canary, since: now.toISOString() }, message };
  }
  if (canary.pausedAt !== undefined) return { kind: 'wait', canary: resumed(canary, canary.since, now) };
  if (isHolding(canary) && facts.isAwaited)
    return { kind: 'go-on', canary: passed(canary), message: cutShort(numbers) };
  if (now.getTime() - Date.parse(canary.since) < holdOf(canary)) return { kind: 'wait' };
  return { kind: 'go-on', canary: passed(canary), message: passedMessage(canary, numbers) };
}

const holdOf = ({ steps, step }: Canary): number => (steps[step]?.holdSeconds ?? 0) * 1_000;

/** Only time in which all instances of the step were ready counts. */
function paused(canary: Canary, now: Date): Verdict {
  if (canary.since === null || canary.pausedAt !== undefined) return { kind: 'wait' };
  return { kind: 'wait', canary: { ...canary, pausedAt: now.toISOString() } };
}

function resumed(canary: Canary, since: string, now: Date): Canary {
  const pause = now.getTime() - Date.parse(canary.pausedAt ?? since);
  const paused = (canary.paused ?? 0) + pause;
  return { ...canary, since: new Date(Date.parse(since) + pause).toISOString(), pausedAt: undefined, paused };
}

/** For how long instances of a step may be missing in all, however often: as long as the step is, but for half an hour at least. */
const mostPaused = (canary: Canary): number => Math.max(holdOf(canary), 1_800_000);

const pausedUntil = ({ paused = 0, pausedAt }: Canary, now: Date): number =>
  paused + (pausedAt === undefined ? 0 : now.getTime() - Date.parse(pausedAt));

/** Only time in which it had its weight proves anything: it begins anew when the route gives it again. */
export function withoutWeight(canary: Canary, facts: Facts): Verdict {
  const { weight, numbers } = facts;
  if (canary.since === null || weight === weightOf(canary)) return { kind: 'wait' };
  const losses = (canary.losses ?? 0) + 1;
  const message = `v${numbers.canary} gets ${weight} % of the requests instead of ${weightOf(canary)} %`;
  if (losses > MOST_LOSSES)
    return { kind: 'abort', failure: failureOf(`${message}, for the ${losses}th time in this step.`, canary, facts) };
  return { kind: 'go-on', canary: { ...canary, ...untimed, losses }, message: `${message}; its step begins anew` };
}

/** After a step: the instances of the next one, or all requests. */
const passed = (canary: Canary): Canary =>
  canary.step + 1 < canary.steps.length ? { ...canary, isOver: true } : { ...canary, ...untimed, state: 'promoting' };

/** What all users meet is not taken from them for what nobody has met. */
const cutShort = ({ canary, former }: Numbers): string =>
  `A newer deployment is ready: v${canary} takes over, and v${former} is kept no longer`;

function firstStep(canary: Canary, numbers: Numbers): Verdict {
  const next = enterStep(canary, 0);
  const message = `v${numbers.canary} was promoted, and its instances are ready; it is to get ${weightOf(next)} % of the requests`;
  return { kind: 'go-on', canary: next, message };
}

function nextStep(canary: Canary, numbers: Numbers): Verdict {
  const next = enterStep(canary, canary.step + 1);
  const message = `Instances of v${numbers.canary} for ${weightOf(next)} % of the requests are ready`;
  return { kind: 'go-on', canary: next, message };
}

function reasonAgainst(canary: Canary, facts: Facts): string | undefined {
  const { instances, isWanted, numbers, weight, trouble, now } = facts;
  const release = `v${numbers.canary}`;
  const meanwhile = canary.state === 'waiting' ? 'waited to be promoted' : 'got requests';
  if (!isWanted) return `The workload was stopped while ${release} ${meanwhile}, so that nothing was proven.`;
  const restarts = endedSince(canary.restarts, instances);
  if (restarts > 0) return `Instances of ${release} ended ${restarts} times while it ${meanwhile}.`;
  if (trouble) return `${trouble.message} That was found while ${release} ${meanwhile}.`;
  if (weight > 0 && !instances.some(isReady))
    return `None of the instances of ${release} is ready while it gets requests.`;
  const missing = pausedUntil(canary, now);
  if (missing > mostPaused(canary))
    return `Instances of ${release} were not ready for ${Math.round(missing / 1_000)} s of this step in all.`;
  const answered = canary.counts.at(-1)?.canary;
  if (!answered || answered.requests < canary.minRequests) return undefined;
  if (answered.errors * 100 <= answered.requests * canary.maxErrorPercent) return undefined;
  return `${percent(answered)} of the answers of ${release} were errors, more than ${canary.maxErrorPercent} %.`;
}

const isReady = ({ state }: ObservedInstance): boolean => state === 'ready';

/** By instance. */
export const restartsOf = (instances: readonly ObservedInstance[]): Record<string, number> =>
  Object.fromEntries(instances.map(({ id, restarts }) => [id, restarts]));

/** One that is gone, and what it had ended with, hides no end of another. */
const endedSince = (before: Canary['restarts'] = {}, instances: readonly ObservedInstance[]): number =>
  instances.reduce((sum, { id, restarts }) => sum + Math.max(0, restarts - (before[id] ?? 0)), 0);

export const failureOf = (message: string, canary: Canary, { numbers, instances, trouble }: Facts): Failure => ({
  cause: 'canary_failed',
  message: message.slice(0, 1_000),
  evidence: [...countLines(canary, numbers), ...instances.map(lineOf), ...(trouble?.evidence ?? [])]
    .slice(0, 30)
    .map((line) => line.slice(0, 2_000)),
  nextStep: 'Read the logs of its instances (berth logs), mend what failed and deploy again.',
});

/** What was answered in each step. */
export const countLines = ({ counts }: Canary, numbers: Numbers): string[] =>
  counts.map((step) => `At ${step.weight} %: ${countsText(step, numbers)}`);

const countsText = ({ canary, former }: StepCounts, numbers: Numbers): string =>
  `v${numbers.canary} answered ${answeredText(canary)}, v${numbers.former} ${answeredText(former)}`;

const answeredText = (answered: Answered): string =>
  `${answered.requests} requests, ${answered.errors} with an error (${percent(answered)})`;

const percent = ({ requests, errors }: Answered): string =>
  `${requests === 0 ? 0 : Math.round((errors * 1_000) / requests) / 10} %`;

const lineOf = ({ id, state, restarts, lastExit }: ObservedInstance): string =>
  `${id}: ${state}, ${restarts} restarts${lastExit ? `, ended last by ${lastExit.signal ?? `code ${lastExit.code}`}` : ''}`;

function passedMessage(canary: Canary, numbers: Numbers): string {
  const step = canary.counts.at(-1);
  const name = `Step ${canary.step + 1} of ${canary.steps.length}`;
  if (!step) {
    const weight = canary.steps[canary.step]?.weight ?? 0;
    return `${name} (${weight} %) is over: no instance of v${numbers.canary} ended; nobody counts answers on its cluster`;
  }
  const few = step.canary.requests < canary.minRequests ? ': too few to judge by, nothing ended' : '';
  return `${name} (${step.weight} %) is over: ${countsText(step, numbers)}${few}`;
}
