import type { InstanceExit, ObservedInstance } from '@berth/contracts/runtime';
import type { ProbeOutcome } from '../probes/probe.js';
import { clashedOnPort, type Trouble, troubleOfExit, troubleOfProbe } from './trouble.js';

export type Phase = ObservedInstance['state'];
export type ExitReason = InstanceExit['reason'];

/** All that is known of an instance's life. Times are milliseconds since 1970. */
export interface InstanceState {
  readonly phase: Phase;
  /** Start of the current run, or of the last one. */
  readonly startedAt: number;
  readonly readySince: number | null;
  readonly everReady: boolean;
  readonly readyInRun: boolean;
  readonly restarts: number;
  /** Runs that failed one after the other. */
  readonly failures: number;
  readonly portClashes: number;
  /** When a failed instance is started again. */
  readonly retryAt: number | null;
  readonly probeFailures: number;
  /** The port took a connection in this run. */
  readonly listening: boolean;
  /** What the last failed probe said. */
  readonly probeMessage: string;
  /** Why the agent itself is ending this run. */
  readonly ending: ExitReason | null;
  readonly lastExit: InstanceExit | null;
  readonly trouble: Trouble | null;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly spawnError?: string;
}

export interface RunFacts {
  readonly now: number;
  /** Last lines of output. */
  readonly evidence: readonly string[];
  readonly memoryMib: number;
  readonly port: number | null;
}

export interface BackoffRule {
  readonly backoff: number;
  readonly backoffMax: number;
  readonly stable: number;
}

const PORT_CLASHES_FORGIVEN = 5;

export const freshState = (now: number): InstanceState => ({
  phase: 'starting',
  startedAt: now,
  readySince: null,
  everReady: false,
  readyInRun: false,
  restarts: 0,
  failures: 0,
  portClashes: 0,
  retryAt: null,
  probeFailures: 0,
  listening: false,
  probeMessage: '',
  ending: null,
  lastExit: null,
  trouble: null,
});

/** The trouble of the run before stays until the instance is ready: it is still why it is not. */
export const restarted = (state: InstanceState, now: number): InstanceState => ({
  ...state,
  phase: 'starting',
  startedAt: now,
  readyInRun: false,
  retryAt: null,
  probeFailures: 0,
  listening: false,
  probeMessage: '',
  ending: null,
  restarts: state.restarts + 1,
});

export const retiring = (state: InstanceState): InstanceState => ({
  ...state,
  phase: 'stopping',
  readySince: null,
  retryAt: null,
});

export const ending = (state: InstanceState, reason: ExitReason): InstanceState => ({
  ...state,
  ending: reason,
  readySince: null,
  phase: state.phase === 'ready' ? 'unready' : state.phase,
});

/** After a probe. `failureThreshold` failures in a row make a ready instance unready. */
export function probed(state: InstanceState, outcome: ProbeOutcome, threshold: number, facts: RunFacts): InstanceState {
  if (state.ending || !['starting', 'ready', 'unready'].includes(state.phase)) return state;
  if (outcome.ok) return served(state, facts.now);
  const failing: InstanceState = {
    ...state,
    probeFailures: state.probeFailures + 1,
    listening: state.listening || outcome.listening,
    probeMessage: outcome.message,
  };
  if (state.phase !== 'ready' || failing.probeFailures < threshold) return failing;
  return { ...failing, phase: 'unready', readySince: null, trouble: troubleOfProbe(failing, facts) };
}

const served = (state: InstanceState, now: number): InstanceState => ({
  ...state,
  phase: 'ready',
  readySince: state.phase === 'ready' ? state.readySince : now,
  everReady: true,
  readyInRun: true,
  probeFailures: 0,
  listening: true,
  trouble: null,
});

/** After the end of a run: an instance that was to stop is done, any other one waits to be started again. */
export function exited(state: InstanceState, end: Ended, rule: BackoffRule, facts: RunFacts): InstanceState {
  const reason = state.phase === 'stopping' ? 'stopped' : (state.ending ?? 'exited');
  const lastExit = { code: end.code, signal: end.signal, at: new Date(facts.now).toISOString(), reason };
  const ended = { ...state, lastExit, ending: null, readySince: null };
  if (state.phase === 'stopping') return ended;
  if (reason === 'exited' && !state.listening && isForgivenClash(state, facts))
    return { ...ended, phase: 'backoff', retryAt: facts.now, portClashes: state.portClashes + 1 };
  const stable = state.readyInRun && facts.now - state.startedAt >= rule.stable;
  const failures = stable ? 1 : state.failures + 1;
  const failed: InstanceState = {
    ...ended,
    phase: 'backoff',
    failures,
    retryAt: facts.now + Math.min(rule.backoffMax, rule.backoff * 2 ** (failures - 1)),
  };
  return { ...failed, trouble: troubleOfExit(failed, end, facts) };
}

const isForgivenClash = (state: InstanceState, facts: RunFacts): boolean =>
  facts.port !== null && state.portClashes < PORT_CLASHES_FORGIVEN && clashedOnPort(facts.evidence, facts.port);
