import { readdirSync, readFileSync } from 'node:fs';

export interface SeenProcess {
  readonly pid: number;
  /** In clock ticks since boot: a pid is used again, a pair of both is not. */
  readonly startTime: string;
  readonly environment: string;
}

/** Processes other than this one whose command line or environment names `text`. */
export function processesThatName(text: string): SeenProcess[] {
  return pids()
    .filter((pid) => pid !== process.pid)
    .filter((pid) => read(pid, 'cmdline').includes(text) || read(pid, 'environ').includes(text))
    .map((pid) => ({ pid, startTime: startTimeOf(pid), environment: read(pid, 'environ') }))
    .filter(({ startTime }) => startTime !== '');
}

export const isStillThere = ({ pid, startTime }: SeenProcess): boolean => startTimeOf(pid) === startTime;

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Field 22; the name before it may hold spaces. A zombie has ended and only waits to be asked for. */
function startTimeOf(pid: number): string {
  const [state = 'Z', ...fields] = (read(pid, 'stat').split(') ').at(-1) ?? '').split(' ');
  return state === 'Z' ? '' : (fields[18] ?? '');
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it ended while it was looked at
  }
}
