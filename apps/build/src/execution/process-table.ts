import { readdirSync, readFileSync, statSync } from 'node:fs';

export interface ProcessInfo {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot: together with the pid it names a process for ever. */
  readonly startTime: string;
  readonly residentBytes: number;
  /** Processor time in clock ticks: its own, and that of children which it waited for. */
  readonly ticks: number;
}

const pageBytes = 4_096;
/** USER_HZ is 100 on every architecture that we run on: proc(5) counts in it whatever the kernel's own is. */
const millisecondsPerTick = 10;

/** Reads a line of /proc/<pid>/stat, proc(5). The command in parentheses may hold anything, also parentheses. */
export function parseStat(text: string): ProcessInfo {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: fields[19] ?? '',
    residentBytes: Number(fields[21]) * pageBytes,
    ticks: fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0),
  };
}

/** All living processes; empty on a system without /proc. Zombies are left out: they hold nothing and cannot be ended. */
export function listProcesses(): ProcessInfo[] {
  return pids()
    .flatMap((pid) => {
      const text = readQuietly(`/proc/${pid}/stat`);
      return text ? [parseStat(text)] : [];
    })
    .filter(({ state }) => state !== 'Z' && state !== 'X');
}

export const startTimeOf = (pid: number): string | null => {
  const text = readQuietly(`/proc/${pid}/stat`);
  return text ? parseStat(text).startTime : null;
};

/** The process, everything in its group or session, and all descendants that still have a path of parents to it. */
export function familyOf(root: number, processes: readonly ProcessInfo[]): ProcessInfo[] {
  const members = new Set([root]);
  const belongs = (each: ProcessInfo): boolean =>
    each.pid === root || each.group === root || each.session === root || members.has(each.parent);
  let size = 0;
  while (size !== members.size) {
    size = members.size;
    for (const each of processes.filter(belongs)) members.add(each.pid);
  }
  return processes.filter(({ pid }) => members.has(pid));
}

/** What the living members of its family took so far, and their children that are gone. */
export const processorMillisecondsOf = (root: number): number =>
  familyOf(root, listProcesses()).reduce((sum, { ticks }) => sum + ticks, 0) * millisecondsPerTick;

/** Whether the environment that a process was started with holds exactly this `NAME=value`. */
export const carriesMark = (pid: number, mark: string): boolean =>
  readQuietly(`/proc/${pid}/environ`)?.split('\0').includes(mark) ?? false;

export function userOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  } catch {
    return [];
  }
}

/** Null when the process has ended meanwhile or belongs to somebody else. */
function readQuietly(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
