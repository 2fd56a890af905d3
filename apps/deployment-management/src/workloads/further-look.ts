import type { Failure } from '@berth/contracts/common';
import type { PlacementRow } from '../clusters/placement.js';
import type { RuntimeRefused } from '../runtime/runtime.js';
import type { Rollout } from './rollout.js';
import type { Observation } from './workload-reports.js';

/** What a pass saw of a workload on a cluster beside the first. */
export interface FurtherLook {
  readonly placement: PlacementRow;
  /** `absent`: looks in a row found that the cluster cannot be asked; nothing waits for it. */
  readonly rollout: Rollout | { readonly kind: 'absent'; readonly message: string };
  readonly observation: Observation | null;
  /** What its route said; null when it answers, or was not asked because nothing is being verified. */
  readonly silence: string | null;
}

/** A deployment is where the slowest of its clusters is, and fails where one fails; one that does not answer is left out. */
export function together(first: Rollout, beside: readonly FurtherLook[]): Rollout {
  if (first.kind === 'failed') return first;
  for (const { placement, rollout } of beside)
    if (rollout.kind === 'failed') {
      const { failure } = rollout;
      return { kind: 'failed', failure: { ...failure, message: on(placement, failure.message).slice(0, 1_000) } };
    }
  const late = [first, ...beside.flatMap(lateOn)].filter((each) => each.kind === 'progressing');
  return late.find(({ hindrance }) => hindrance) ?? late[0] ?? first;
}

function lateOn({ placement, rollout }: FurtherLook): Rollout[] {
  if (rollout.kind !== 'progressing') return [];
  const { message, hindrance } = rollout;
  const there = hindrance && { ...hindrance, message: on(placement, hindrance.message).slice(0, 1_000) };
  return [{ ...rollout, message: on(placement, message), ...(there && { hindrance: there }) }];
}

/** One line for each that is not where it should be. */
export const lacksAmong = (beside: readonly FurtherLook[]): string[] =>
  beside.flatMap(({ placement, rollout, silence }) => {
    if (rollout.kind === 'failed') return [on(placement, rollout.failure.message)];
    if (rollout.kind !== 'rolled') return [on(placement, rollout.message)];
    return silence === null ? [] : [on(placement, silence)];
  });

export const lackAmong = (beside: readonly FurtherLook[]): string | undefined => lacksAmong(beside)[0];

/** What a deployment that goes live says of clusters that it did not reach. */
export function leftOut(beside: readonly FurtherLook[]): string | undefined {
  const why = beside.flatMap(({ placement, rollout }) => (rollout.kind === 'absent' ? [whyLeftOut(placement)] : []));
  return why.length === 0 ? undefined : why.join('; ');
}

const whyLeftOut = ({ cluster, isRefused }: PlacementRow): string =>
  isRefused
    ? `${cluster} refuses the platform and is left out: it is brought up to date when it takes it again`
    : `${cluster} does not answer and is left out: it is brought up to date when it answers again`;

/** As what is wrong with a release: nothing else that is stated there can be refused. */
export const refusalBy = ({ message }: RuntimeRefused): Failure => ({
  cause: 'policy_denied',
  message: `The cluster refuses it: ${message}`.slice(0, 1_000),
  evidence: [message.slice(0, 2_000)],
  nextStep: 'Change what the cluster names, or ask an administrator about it.',
});

const on = ({ cluster }: PlacementRow, message: string): string => `On ${cluster}: ${message}`;
