import type { ExitReason, InstanceState } from './instance-state.js';

export interface WantedProcess {
  readonly name: string;
  readonly revision: string;
  readonly instances: number;
}

/** An instance as the plan sees it. */
export interface InstanceView {
  readonly id: string;
  readonly processType: string;
  readonly revision: string;
  readonly state: InstanceState;
  /** In the table that the router has confirmed. */
  readonly routed: boolean;
  /** Milliseconds from the start of a run until it must be ready. */
  readonly startDeadline: number;
  readonly failureThreshold: number;
}

export interface PlanInput {
  /** Empty for a workload that is being deleted. */
  readonly wanted: readonly WantedProcess[];
  /** In the order in which they were made. */
  readonly instances: readonly InstanceView[];
  /** Whether new instances can be made: the slug is there. */
  readonly canStart: boolean;
  readonly now: number;
  readonly settle: number;
}

export interface Plan {
  /** Process type of each instance to make. */
  readonly start: readonly string[];
  /** Instances that ended and whose pause is over. */
  readonly restart: readonly string[];
  /** Instances to unroute, drain and end for good. */
  readonly retire: readonly string[];
  /** Runs to end; the instance is started again. */
  readonly end: readonly { readonly id: string; readonly reason: ExitReason }[];
  /** Instances that should get requests. */
  readonly routed: readonly string[];
  /** When to look again although nothing happened. */
  readonly wakeAt: number | null;
}

const ROUTED_TYPE = 'web';

/** What to do next to make a workload as it is wanted. Pure; carrying it out and asking again changes nothing more. */
export function plan(input: PlanInput): Plan {
  const present = input.instances.filter(({ state }) => state.phase !== 'stopping');
  const names = [...new Set([...input.wanted.map(({ name }) => name), ...present.map((view) => view.processType)])];
  const parts = names.map((name) => planType(name, present, input));
  const retire = parts.flatMap((part) => part.retire);
  const staying = present.filter(({ id }) => !retire.includes(id));
  return {
    start: parts.flatMap((part) => part.start),
    retire,
    restart: staying.filter((view) => isDue(view, input.now)).map(({ id }) => id),
    end: staying.flatMap((view) => endOf(view, input.now)),
    routed: parts.flatMap((part) => part.routed).filter((id) => !retire.includes(id)),
    wakeAt: earliest(staying.flatMap((view) => wakeTimes(view, input))),
  };
}

type TypePlan = Pick<Plan, 'start' | 'retire' | 'routed'>;

function planType(name: string, present: readonly InstanceView[], input: PlanInput): TypePlan {
  const wanted = input.wanted.find((process) => process.name === name);
  const count = wanted?.instances ?? 0;
  const mine = present.filter((view) => view.processType === name);
  const current = mine.filter((view) => view.revision === wanted?.revision);
  const former = mine.filter((view) => view.revision !== wanted?.revision);
  const missing = input.canStart ? Math.max(0, count - current.length) : 0;
  const takeOver = provenOf(current, input).length >= count;
  return {
    start: Array.from({ length: missing }, () => name),
    retire: [...excessOf(current, count), ...former.filter((view) => isDone(view, current, count, takeOver))].map(idOf),
    routed: name === ROUTED_TYPE ? routedOf(current, former, takeOver).map(idOf) : [],
  };
}

/** New instances that have been ready for long enough to be trusted. */
const provenOf = (current: readonly InstanceView[], { now, settle }: PlanInput): InstanceView[] =>
  current.filter(({ state }) => state.phase === 'ready' && now - (state.readySince ?? now) >= settle);

/** Too many: those that do not serve go first, then the newest. */
function excessOf(current: readonly InstanceView[], count: number): InstanceView[] {
  const newestFirst = current.toReversed();
  const idle = newestFirst.filter((view) => !isReady(view));
  const ready = newestFirst.filter(isReady);
  return [...idle, ...ready].slice(0, Math.max(0, current.length - count));
}

/**
 * A former instance goes when all new ones have taken over, requests included. One that never served is of no use to
 * anybody and goes at once; one that did is kept alive, for it may be all that serves.
 */
function isDone(view: InstanceView, current: readonly InstanceView[], count: number, takeOver: boolean): boolean {
  if (!view.state.everReady) return true;
  const serving = current.filter((other) => isReady(other) && (other.processType !== ROUTED_TYPE || other.routed));
  return takeOver && serving.length >= count;
}

/** While former instances serve, new ones get requests only when all of them are proven. */
function routedOf(
  current: readonly InstanceView[],
  former: readonly InstanceView[],
  takeOver: boolean,
): InstanceView[] {
  const serving = former.filter(isReady);
  const admitted = takeOver || serving.length === 0;
  return [...serving, ...current.filter((view) => isReady(view) && (admitted || view.routed))];
}

/** Not ready at the deadline, or unready for another whole threshold of probes. */
function endOf({ id, state, startDeadline, failureThreshold }: InstanceView, now: number): Plan['end'] {
  if (state.ending) return [];
  if (state.phase === 'starting' && now - state.startedAt >= startDeadline) return [{ id, reason: 'start_deadline' }];
  const hopeless = state.phase === 'unready' && state.probeFailures >= 2 * failureThreshold;
  return hopeless ? [{ id, reason: 'unhealthy' }] : [];
}

function wakeTimes({ state, startDeadline }: InstanceView, { now, settle }: PlanInput): number[] {
  const times = [state.retryAt, state.readySince === null ? null : state.readySince + settle];
  if (state.phase === 'starting' && !state.ending) times.push(state.startedAt + startDeadline);
  return times.filter((time) => time !== null && time > now) as number[];
}

const idOf = (view: InstanceView): string => view.id;
const isReady = (view: InstanceView): boolean => view.state.phase === 'ready';
const isDue = ({ state }: InstanceView, now: number): boolean =>
  state.phase === 'backoff' && state.retryAt !== null && state.retryAt <= now;
const earliest = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));
