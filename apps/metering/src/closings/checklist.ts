import type { ClosingCheck, ClosingCheckName, ClosingChecklist } from '@berth/contracts/metering';

/** All that decides whether a period can be closed. */
export interface ClosingFacts {
  readonly now: Date;
  /** First moment after the period. */
  readonly to: Date;
  /** Until then late usage is waited for. */
  readonly graceEnd: Date;
  readonly waitingWorkloads: number;
  readonly silentWorkloads: number;
  readonly deadLetters: number;
  /** What does not add up; absent: nothing. */
  readonly drift?: string;
  readonly bookName: string;
  readonly unpriced: ClosingChecklist['unpriced'];
}

type State = Pick<ClosingCheck, 'state' | 'detail'>;
const ok: State = { state: 'ok', detail: null };
const blocks = (detail: string): State => ({ state: 'blocks', detail });
const attention = (detail: string): State => ({ state: 'attention', detail });

const checks: Readonly<Record<ClosingCheckName, (facts: ClosingFacts) => State>> = {
  period_over: ({ now, to }) => (now < to ? blocks(`not before ${to.toISOString()}`) : ok),
  grace_over: ({ now, graceEnd }) =>
    now < graceEnd
      ? attention(`late usage becomes a correction once it is closed, which is by itself at ${graceEnd.toISOString()}`)
      : ok,
  missing_events: ({ waitingWorkloads }) => (waitingWorkloads > 0 ? blocks(`${waitingWorkloads} workloads`) : ok),
  silent_workloads: ({ silentWorkloads }) =>
    silentWorkloads > 0 ? attention(`${silentWorkloads} workloads count as running, and nothing is heard of them`) : ok,
  dead_letters: ({ deadLetters }) => (deadLetters > 0 ? blocks(`${deadLetters} events: replay or discard them`) : ok),
  conserved_usage: ({ drift }) => (drift === undefined ? ok : blocks(drift)),
  unpriced_usage: pricing,
};

function pricing({ unpriced, bookName }: ClosingFacts): State {
  const [open] = unpriced.filter(({ waiver }) => waiver === null);
  if (open) return blocks(`${open.metric} in version ${open.version} of ${bookName}`);
  if (unpriced.length === 0) return ok;
  const waived = unpriced.map(({ month, metric }) => `${metric} of ${month}`);
  return { state: 'waived', detail: [...new Set(waived)].join(', ') };
}

/** In the order in which they matter. */
export const checklistOf = (facts: ClosingFacts): ClosingCheck[] =>
  (Object.keys(checks) as ClosingCheckName[]).map((name) => ({ name, ...checks[name](facts) }));

/** What keeps the period open, in a word and a detail. */
export function hindranceOf(all: readonly ClosingCheck[]): string | undefined {
  const found = all.find(({ state }) => state === 'blocks');
  return found && `${found.name}: ${found.detail}`;
}
