import type { AgentClock } from '../clock.js';
import { Census, readMarker, type Root } from './census.js';
import { killFamily } from './end-family.js';
import type { Ledger, LedgerEntry } from './ledger.js';
import { listProcesses, readProcess } from './proc.js';

/**
 * Ends what an agent that was killed left running, and empties the ledger. Answers how many instances were found.
 *
 * A pid is believed only with its start time, or when the process carries the instance's marker: pids are used again.
 */
export async function endLeftovers(ledger: Ledger, clock: AgentClock): Promise<number> {
  const census = new Census(clock);
  const roots = ledger.entries().flatMap(rootOf);
  for (const root of roots) await killFamily(census, clock, root);
  ledger.clear();
  return roots.length;
}

function rootOf(entry: LedgerEntry): Root[] {
  const leader = entry.pid === null ? undefined : readProcess(entry.pid);
  if (leader?.startTime === entry.startTime)
    return [{ instanceId: entry.instanceId, pid: leader.pid, startTime: leader.startTime }];
  const marked = listProcesses().filter(({ pid }) => readMarker(pid) === entry.instanceId);
  const oldest = marked.toSorted((a, b) => a.startTime - b.startTime)[0];
  if (!oldest) return [];
  // The leader ended and its pid may be another's by now: only the marker and descent count.
  return [{ instanceId: entry.instanceId, pid: oldest.pid, startTime: oldest.startTime }];
}
