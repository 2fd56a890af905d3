import type { ExitReason, InstanceState } from './instance-state.js';

export interface WantedProcess {
  readonly name: string;
  readonly revision: string;
  readonly instances: number;
  /** Its instances share what only one of them may write to: the former has ended before the next one starts. */
  readonly isExclusive?: boolean;
}

export interface WantedCanary {
  readonly revision: string;
  readonly instances: number;
  /** Percent of the requests. */
  readonly weight: number;
  readonly canStart: boolean;
}

/** An instance as the plan sees it. */
export interface InstanceView {
  readonly id: string;
  readonly processType: string;
  readonly revision: string;
  readonly state: InstanceState;
  /** In the table that the router has confirmed. */
  readonly routed: boolean;
  /** It was in that table at some time. */
  readonly wasRouted: boolean;
  /** Since when it is held: it runs without requests, to fall back to. Null when it is not. */
  readonly heldSince: number | null;
  /** Milliseconds from the start of a run until it must be ready. */
  readonly startDeadline: number;
  readonly failureThreshold: number;
}

export interface PlanInput {
  /** Empty for a workload that is being deleted. */
  readonly wanted: readonly WantedProcess[];
  /** In the order in which they were made. */
  readonly instances: readonly InstanceView[];
  /** A release beside the wanted one that has `web` only. Its instances are no part of any replacement. */
  readonly canary?: WantedCanary | undefined;
  /** Revisions that were a canary and are wanted no more: nothing of them serves or is held from now on. */
  readonly dropped?: ReadonlySet<string>;
  /** Whether new instances can be made: the slug is there. */
  readonly canStart: boolean;
  readonly now: number;
  readonly settle: number;
  /** Milliseconds for which former web instances are held after the new ones took over. */
  readonly hold: number;
}

export interface Plan {
  /** Process type of each instance to make. */
  readonly start: readonly string[];
  /** How many instances of the canary to make. */
  readonly startCanary: number;
  /** Instances of the canary that should get its part of the requests. */
  readonly canary: readonly string[];
  /** Instances that ended and whose pause is over. */
  readonly restart: readonly string[];
  /** Instances to unroute, drain and end for good. */
  readonly retire: readonly string[];
  /** Runs to end; the instance is started again. */
  readonly end: readonly { readonly id: string; readonly reason: ExitReason }[];
  /** Instances that should get requests. */
  readonly routed: readonly string[];
  /** Former instances to keep running without requests. */
  readonly held: readonly string[];
  /** When to look again although nothing happened. */
  readonly wakeAt: number | null;
}

const ROUTED_TYPE = 'web';
const MOST_DOUBLINGS = 4;

/** What to do next to make a workload as it is wanted. Pure; carrying it out and asking again changes nothing more. */
export function plan(input: PlanInput): Plan {
  const present = input.instances.filter(({ state }) => state.phase !== 'stopping');
  const settled = present.filter((view) => !isCanarys(view, input));
  const names = [...new Set([...input.wanted.map(({ name }) => name), ...settled.map((view) => view.processType)])];
  const parts = names.map((name) => planType(name, settled, input));
  const canary = planCanary(present, input);
  const retire = [...parts.flatMap((part) => part.retire), ...canary.retire];
  const isStaying = (id: string): boolean => !retire.includes(id);
  const staying = present.filter(({ id }) => isStaying(id));
  const held = parts.flatMap((part) => part.held).filter(isStaying);
  return {
    start: parts.flatMap((part) => part.start),
    startCanary: canary.start,
    canary: canary.routed.filter(isStaying),
    retire,
    restart: staying.filter((view) => isDue(view, input.now)).map(idOf),
    end: staying.flatMap((view) => endOf(view, input.now)),
    routed: parts.flatMap((part) => part.routed).filter(isStaying),
    held,
    wakeAt: earliest(staying.flatMap((view) => wakeTimes(view, held.includes(view.id), input))),
  };
}

const isCanarys = ({ revision }: InstanceView, { canary, dropped }: PlanInput): boolean =>
  revision === canary?.revision || (dropped?.has(revision) ?? false);

interface CanaryPlan {
  readonly start: number;
  readonly retire: readonly string[];
  readonly routed: readonly string[];
}

function planCanary(present: readonly InstanceView[], input: PlanInput): CanaryPlan {
  const { canary, dropped } = input;
  const over = present.filter(({ revision }) => dropped?.has(revision)).map(idOf);
  if (!canary) return { start: 0, retire: over, routed: [] };
  const mine = present.filter(({ revision }) => revision === canary.revision);
  const proven = provenOf(mine, input);
  const routed = mine.filter((view) => isReady(view) && (view.routed || proven.includes(view)));
  return {
    start: canary.canStart ? Math.max(0, canary.instances - mine.length) : 0,
    retire: [...over, ...excessOf(mine, canary.instances).map(idOf)],
    routed: canary.weight === 0 ? [] : routed.map(idOf),
  };
}

type TypePlan = Pick<Plan, 'start' | 'retire' | 'routed' | 'held'>;

function planType(name: string, present: readonly InstanceView[], input: PlanInput): TypePlan {
  const wanted = input.wanted.find((process) => process.name === name);
  const mine = present.filter((view) => view.processType === name);
  const current = mine.filter((view) => view.revision === wanted?.revision);
  const former = mine.filter((view) => view.revision !== wanted?.revision);
  const change: Replacement = { current, former, count: wanted?.instances ?? 0, input };
  if (wanted?.isExclusive) return planExclusive(wanted, change);
  const missing = input.canStart ? Math.max(0, change.count - current.length) : 0;
  const held = name === ROUTED_TYPE ? heldOf(change) : [];
  const done = former.filter((view) => isDone(view, held, change));
  return {
    start: Array.from({ length: missing }, () => name),
    retire: [...excessOf(current, change.count), ...done].map(idOf),
    routed: name === ROUTED_TYPE ? routedOf(change, held).map(idOf) : [],
    held: held.map(idOf),
  };
}

/** Nothing overlaps, so nothing is held to fall back to. What there is goes only when there is something to follow it. */
function planExclusive({ name, revision }: WantedProcess, { current, former, count, input }: Replacement): TypePlan {
  const isBusy = input.instances.some(
    (view) => view.processType === name && (view.revision !== revision || view.state.phase === 'stopping'),
  );
  const missing = input.canStart && !isBusy ? Math.max(0, count - current.length) : 0;
  const over = input.canStart || count === 0 ? former : [];
  return {
    start: Array.from({ length: missing }, () => name),
    retire: [...excessOf(current, count), ...over].map(idOf),
    routed: name === ROUTED_TYPE ? [...former, ...current].filter(isReady).map(idOf) : [],
    held: [],
  };
}

/** The instances of one process type, in the middle of a replacement or not. */
interface Replacement {
  readonly current: readonly InstanceView[];
  readonly former: readonly InstanceView[];
  /** How many are wanted. */
  readonly count: number;
  readonly input: PlanInput;
}

/** All that is wanted is proven, so that it may take over. */
const mayTakeOver = ({ current, count, input }: Replacement): boolean => provenOf(current, input).length >= count;

/** All that is wanted serves, requests included. */
const tookOver = (change: Replacement): boolean =>
  mayTakeOver(change) && change.current.filter(serves).length >= change.count;

/** Something that got requests does not serve now; held instances are in charge of nothing. */
const falters = ({ current, former }: Replacement): boolean =>
  [...current, ...former.filter((view) => !isHeld(view))].some((view) => view.wasRouted && !serves(view));

/**
 * Former instances that run without requests: those that were in charge until the new ones took over, and those held
 * before for as long as nothing falters. One step back is enough, and one that is not ready is nothing to fall back to.
 */
function heldOf(change: Replacement): InstanceView[] {
  if (change.count === 0) return [];
  const ready = change.former.filter(isReady);
  const held = ready.filter(isHeld);
  if (!tookOver(change)) return falters(change) ? [] : held;
  return held.length === ready.length ? held : ready.filter((view) => !isHeld(view));
}

/** New instances that have been ready for long enough to be trusted. */
const provenOf = (current: readonly InstanceView[], { now, settle }: PlanInput): InstanceView[] =>
  current.filter(({ state }) => state.phase === 'ready' && (trustedAt(state, settle) ?? Infinity) <= now);

/** After each run that ended the next one has to be ready for twice as long; what crashes again and again does not take over. */
const trustedAt = ({ readySince, restarts }: InstanceState, settle: number): number | null =>
  readySince === null ? null : readySince + settle * 2 ** Math.min(restarts, MOST_DOUBLINGS);

/** Too many: those that do not serve go first, then the newest. */
function excessOf(current: readonly InstanceView[], count: number): InstanceView[] {
  const newestFirst = current.toReversed();
  const idle = newestFirst.filter((view) => !isReady(view));
  const ready = newestFirst.filter(isReady);
  return [...idle, ...ready].slice(0, Math.max(0, current.length - count));
}

/**
 * A former instance goes when all new ones have taken over, a held one after its time. One that never served, or ended
 * while it was held, is of no use to anybody and goes at once; any other one is kept alive, for it may be all that serves.
 */
function isDone(view: InstanceView, held: readonly InstanceView[], change: Replacement): boolean {
  const { now, hold } = change.input;
  if (!view.state.everReady) return true;
  if (held.includes(view)) return now - (view.heldSince ?? now) >= hold;
  if (isHeld(view) && !falters(change)) return true;
  return view.processType === ROUTED_TYPE ? tookOver(change) : mayTakeOver(change);
}

/** While former instances serve, new ones get requests only when all of them are proven. */
function routedOf(change: Replacement, held: readonly InstanceView[]): InstanceView[] {
  const serving = change.former.filter((view) => isReady(view) && !held.includes(view));
  const admitted = serving.length === 0 || mayTakeOver(change);
  return [...serving, ...change.current.filter((view) => isReady(view) && (admitted || view.routed))];
}

/** Not ready at the deadline, or unready for another whole threshold of probes. */
function endOf({ id, state, startDeadline, failureThreshold }: InstanceView, now: number): Plan['end'] {
  if (state.ending) return [];
  if (state.phase === 'starting' && now - state.startedAt >= startDeadline) return [{ id, reason: 'start_deadline' }];
  const hopeless = state.phase === 'unready' && state.probeFailures >= 2 * failureThreshold;
  return hopeless ? [{ id, reason: 'unhealthy' }] : [];
}

function wakeTimes({ state, startDeadline, heldSince }: InstanceView, held: boolean, input: PlanInput): number[] {
  const { now, settle, hold } = input;
  const times = [state.retryAt, trustedAt(state, settle)];
  if (held) times.push((heldSince ?? now) + hold);
  if (state.phase === 'starting' && !state.ending) times.push(state.startedAt + startDeadline);
  return times.filter((time) => time !== null && time > now) as number[];
}

const idOf = (view: InstanceView): string => view.id;
const isReady = (view: InstanceView): boolean => view.state.phase === 'ready';
const isHeld = ({ heldSince }: InstanceView): boolean => heldSince !== null;
const serves = (view: InstanceView): boolean => isReady(view) && view.routed;
const isDue = ({ state }: InstanceView, now: number): boolean =>
  state.phase === 'backoff' && state.retryAt !== null && state.retryAt <= now;
const earliest = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));
