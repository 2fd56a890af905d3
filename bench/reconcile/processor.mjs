import { readdirSync, readFileSync } from 'node:fs';

const TICK = 10_000;

const statOf = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended meanwhile
  }
};

/** Microseconds of processor time of a process, its children, and those of its children that have ended. */
export function treeCpu(root) {
  let ticks = 0;
  for (const pid of readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)) {
    const stat = statOf(pid);
    if (!stat || (pid !== root && Number(stat[1]) !== root)) continue;
    ticks += Number(stat[11]) + Number(stat[12]) + (pid === root ? Number(stat[13]) + Number(stat[14]) : 0);
  }
  return ticks * TICK;
}

export const residentBytes = (pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096;
