import { readFileSync } from 'node:fs';

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

/** A process and those that its first thread started. */
const familyOf = (pid) => [pid, ...read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)];

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
 * buffers of PostgreSQL). Of a child it is what it holds beyond the process that it was forked from. From counters that the
 * kernel keeps: to have pages counted (`smaps_rollup`) stops whoever asks for memory meanwhile, and took half a core.
 */
export function ownMemoryOf(pid) {
  const [root, ...children] = familyOf(pid).map(privateKibibytesOf);
  const beyond = children.map((child) => Math.max(0, child - root));
  return beyond.reduce((a, b) => a + b, root) / 1_024;
}

const privateKibibytesOf = (pid) => Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

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
