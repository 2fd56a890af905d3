import type { Clock } from '@berth/service-kit';
import { carriesMark, familyOf, listProcesses, type ProcessInfo, userOf } from './process-table.js';

export interface Prey {
  /** Leader of the group that was started. */
  readonly pid: number;
  /** When the leader started, as /proc tells it; what started before it is not its own. 0: not known. */
  readonly since: number;
  /** `NAME=value` in the environment of all that the leader starts: finds those who left its group and lost their parents. */
  readonly mark: string;
  /** The user it runs as; null: that of the platform. */
  readonly user: number | null;
  /** Whether nothing else runs as that user at this moment, so that everything that does is prey. Absent: nothing does. */
  readonly isAlone?: () => boolean;
}

const passes = 200;

/** Ends a process tree, also children that called setsid: again and again, until a look around finds nobody. */
export async function endTree(prey: Prey, clock: Clock): Promise<void> {
  signalGroup(prey.pid);
  for (let pass = 0; pass < passes; pass += 1) {
    const found = survivors(prey);
    if (found.length === 0) return;
    for (const pid of found) signal(pid);
    await clock.pause(5);
  }
}

export function survivors({ pid: root, since, mark, user, isAlone }: Prey): number[] {
  const processes = listProcesses();
  const family = new Set(familyOf(root, processes).map(({ pid }) => pid));
  const bySameUser = user !== null && (isAlone?.() ?? true);
  // Reading the environment of every process of a busy machine would take longer than most commands do.
  const mine = ({ pid, startTime }: ProcessInfo): boolean =>
    family.has(pid) || (Number(startTime) >= since && carriesMark(pid, mark)) || (bySameUser && userOf(pid) === user);
  return processes.filter((each) => each.pid !== process.pid && mine(each)).map(({ pid }) => pid);
}

export const residentBytesOf = (root: number): number =>
  familyOf(root, listProcesses()).reduce((sum, each) => sum + each.residentBytes, 0);

function signalGroup(pid: number): void {
  signal(-pid);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
