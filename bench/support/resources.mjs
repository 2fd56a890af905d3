import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const SAMPLE_EVERY = 100;

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
};

/** Fields of /proc/PID/stat from the third on: the second is a name that may hold anything. */
const statOf = (pid) =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** A process and those that it started. */
function familyOf(pid) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(name)[1] === String(pid));
  return [pid, ...children];
}

/** Processor time of a process and its children, in milliseconds, also of children that ended. */
export function processorTimeOf(pid) {
  const ticks = familyOf(pid).map((each) => {
    const [user, system, endedUser, endedSystem] = statOf(each).slice(11, 15).map(Number);
    return user + system + (each === pid ? endedUser + endedSystem : 0);
  });
  return (ticks.reduce((a, b) => a + (b || 0), 0) * 1_000) / TICKS_PER_SECOND;
}

/**
 * MiB that a process and its children hold of their own: neither files nor what they share, whose size is set (the shared
 * buffers of PostgreSQL). What a process has in common with the one that it was forked from is counted once between them.
 */
export function ownMemoryOf(pid) {
  const kibibytes = familyOf(pid).map((each) =>
    Number(/^Pss_Anon: +(\d+)/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1]),
  );
  return kibibytes.reduce((a, b) => a + (b || 0), 0) / 1_024;
}

/**
 * Does `work`; answers with what each of the processes held of its own meanwhile: MiB and milliseconds since the work began, ten
 * times a second.
 */
export async function watchingMemory(pids, work) {
  const begun = performance.now();
  const samples = pids.map(() => []);
  const look = () => {
    for (const [index, pid] of pids.entries())
      samples[index].push({ at: performance.now() - begun, mebibytes: ownMemoryOf(pid) });
  };
  look();
  const timer = setInterval(look, SAMPLE_EVERY);
  try {
    return { answer: await work(), samples };
  } finally {
    clearInterval(timer);
  }
}
