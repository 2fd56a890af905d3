import { readdirSync, readFileSync } from 'node:fs';

/** One line of /proc, as far as the agent needs it. See proc(5). */
export interface ProcessEntry {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Ticks since boot; with the pid it names a process for as long as the machine is up. */
  readonly startTime: number;
  readonly cpuTicks: number;
  readonly residentBytes: number;
}

/** USER_HZ: 100 on every Linux architecture, whatever the kernel's own tick is. */
export const TICKS_PER_SECOND = 100;

/** All processes but zombies, which hold nothing; none where there is no /proc. */
export function listProcesses(): ProcessEntry[] {
  return pids()
    .map(readProcess)
    .filter((entry) => entry !== undefined);
}

/** Undefined when it ended, or is a zombie. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  const entry = text === undefined ? undefined : parseStat(text);
  return entry && !['Z', 'X'].includes(entry.state) ? entry : undefined;
}

/** Parses /proc/<pid>/stat. The name may hold spaces and parentheses, so fields are counted from its last one. */
export function parseStat(text: string): ProcessEntry {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0] ?? '?',
    parent: field(4),
    group: field(5),
    session: field(6),
    startTime: field(22),
    cpuTicks: field(14) + field(15),
    residentBytes: field(24) * pageSize(),
  };
}

/** The environment a process was started with, `NAME=value` parts; empty when it may not be read. */
export function environmentOf(pid: number): string[] {
  return (readOrNothing(`/proc/${pid}/environ`) ?? '').split('\0');
}

/** Proportional set size: pages that several processes share are counted once. Undefined where the kernel has none. */
export function proportionalBytes(pid: number): number | undefined {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Start times count from boot, so a ledger from before a reboot must not be believed. */
export const bootId = (): string => readOrNothing('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // not Linux
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended meanwhile, or is another user's
  }
}

const AT_PAGESZ = 6n;
let knownPageSize: number | undefined;

function pageSize(): number {
  knownPageSize ??= readPageSize();
  return knownPageSize;
}

function readPageSize(): number {
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  } catch {
    return 4096;
  }
  return 4096;
}
