import type { Failure } from '@berth/contracts/common';
import type { ObservedInstance } from '@berth/contracts/runtime';
import { type Answered, type Canary, enterStep, type StepCounts, weightOf } from './canary.js';

export interface Facts {
  readonly now: Date;
  /** Its instances. */
  readonly instances: readonly ObservedInstance[];
  /** Percent of the requests that the route gives it. */
  readonly weight: number;
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
  | { readonly kind: 'wait' }
  /** Goes on as told. */
  | { readonly kind: 'go-on'; readonly canary: Canary; readonly message: string }
  | { readonly kind: 'abort'; readonly failure: Failure };

/** What becomes of a canary in its step. Pure: of its state, what was counted into it and what is seen now. */
export function verdictOn(canary: Canary, facts: Facts): Verdict {
  const reason = reasonAgainst(canary, facts);
  if (reason) return { kind: 'abort', failure: failureOf(reason, canary, facts) };
  const { now, weight, numbers } = facts;
  if (canary.since === null) {
    if (weight !== weightOf(canary)) return { kind: 'wait' };
    const message = `v${numbers.canary} gets ${weight} % of the requests`;
    return { kind: 'go-on', canary: { ...canary, since: now.toISOString() }, message };
  }
  const holds = (canary.steps[canary.step]?.holdSeconds ?? 0) * 1_000;
  if (now.getTime() - Date.parse(canary.since) < holds) return { kind: 'wait' };
  return { kind: 'go-on', canary: passed(canary), message: passedMessage(canary, numbers) };
}

/** After a step: the next one, or all requests. */
const passed = (canary: Canary): Canary =>
  canary.step + 1 < canary.steps.length
    ? enterStep(canary, canary.step + 1)
    : { ...canary, state: 'promoting', since: null };

function reasonAgainst(canary: Canary, { instances, isWanted, numbers }: Facts): string | undefined {
  const release = `v${numbers.canary}`;
  if (!isWanted) return `The workload was stopped while ${release} shared its requests, so that nothing was proven.`;
  const restarts = restartsOf(instances) - canary.restarts;
  if (restarts > 0) return `Instances of ${release} ended ${restarts} times while it got requests.`;
  const answered = canary.counts.at(-1)?.canary;
  if (!answered || answered.requests < canary.minRequests) return undefined;
  if (answered.errors * 100 <= answered.requests * canary.maxErrorPercent) return undefined;
  return `${percent(answered)} of the answers of ${release} were errors, more than ${canary.maxErrorPercent} %.`;
}

export const restartsOf = (instances: readonly ObservedInstance[]): number =>
  instances.reduce((sum, { restarts }) => sum + restarts, 0);

export const failureOf = (message: string, canary: Canary, { numbers, instances }: Facts): Failure => ({
  cause: 'canary_failed',
  message,
  evidence: [...countLines(canary, numbers), ...instances.map(lineOf)].slice(0, 30),
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
  if (!step) return `${name} is over`;
  const few = step.canary.requests < canary.minRequests ? ': too few to judge by, nothing ended' : '';
  return `${name} (${step.weight} %) is over: ${countsText(step, numbers)}${few}`;
}
