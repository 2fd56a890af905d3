const EVERY = 1_000;

/** For node: its heap is collected when it is asked to. */
export const COLLECTED = ['--expose-gc'];

/**
 * MiB that this process holds: what is left of its heap when it was collected, and its buffers. How much more V8 and malloc
 * keep for what comes next says how generous they are, not what the program holds.
 */
export function heldNow() {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  globalThis.gc();
  const { user, system } = process.cpuUsage(before);
  looking.milliseconds += performance.now() - begun;
  looking.processor += (user + system) / 1_000;
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** Milliseconds that looking itself took, and of processor time, until now: not what is measured. */
const looking = { milliseconds: 0, processor: 0 };
export const lookedUntilNow = () => ({ ...looking });

/** Does `work`; answers with the most that was held meanwhile, as far as it was looked. */
export async function watchingHeld(work) {
  let most = 0;
  const look = () => void (most = Math.max(most, heldNow()));
  const timer = setInterval(look, EVERY);
  try {
    const answer = await work();
    look();
    return { answer, most };
  } finally {
    clearInterval(timer);
  }
}
