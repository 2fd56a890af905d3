import type { ObservedInstance } from '@berth/contracts/runtime';
import type { Ended, InstanceState, RunFacts } from './instance-state.js';

export type Trouble = NonNullable<ObservedInstance['trouble']>;

const EVIDENCE_LINES = 20;
const EVIDENCE_LENGTH = 2_000;
const LOOP = 3;

/** Why a run that ended did so, as far as can be told from outside. */
export function troubleOfExit(state: InstanceState, end: Ended, facts: RunFacts): Trouble {
  const reason = state.lastExit?.reason;
  if (/ENOSPC|EDQUOT/.test(end.spawnError ?? ''))
    return trouble('storage_full', 'There is no space left on the disk for its files.', facts);
  if (end.spawnError !== undefined)
    return trouble('runtime_unavailable', `The process cannot be started: ${end.spawnError}.`, facts);
  if (reason === 'out_of_memory')
    return trouble('out_of_memory', `It used more than the ${facts.memoryMib} MiB of memory it may use.`, facts);
  if (reason === 'start_deadline' || reason === 'unhealthy') return troubleOfProbe(state, facts);
  if (facts.evidence.some((line) => /ENOSPC|no space left on device/i.test(line)))
    return trouble('storage_full', 'There is no space left on the disk.', facts);
  if (state.failures >= LOOP)
    return trouble('crash_loop', `It ended ${state.failures} times in a row, the last time ${howItEnded(end)}.`, facts);
  return trouble('start_failed', `${startOf(end)} ${howItEnded(end)}.`, facts);
}

/** Why an instance that runs does not serve. */
export function troubleOfProbe(state: InstanceState, facts: RunFacts): Trouble {
  if (state.listening) return trouble('health_check_failed', `The health check failed: ${state.probeMessage}.`, facts);
  return trouble('port_not_bound', `It runs, but nothing listens on its PORT (${facts.port}) on 127.0.0.1.`, facts);
}

/** Another process took the port between our choice and its bind. */
export const clashedOnPort = (evidence: readonly string[], port: number): boolean =>
  evidence.some((line) => /EADDRINUSE|address already in use/i.test(line) && line.includes(String(port)));

export function trouble(cause: Trouble['cause'], message: string, facts: Pick<RunFacts, 'evidence'>): Trouble {
  const evidence = facts.evidence.slice(-EVIDENCE_LINES).map((line) => line.slice(0, EVIDENCE_LENGTH));
  return { cause, message, evidence };
}

const startOf = (end: Ended): string =>
  end.code === 126 || end.code === 127 ? 'The command cannot be run: the shell ended' : 'The process ended';

function howItEnded(end: Ended): string {
  return end.signal === null ? `with exit code ${end.code}` : `by signal ${end.signal}`;
}
