const EVERY = 1_000;

/** For node: its heap is collected when it is asked to. */
export const COLLECTED = ['--expose-gc'];

/**
 * MiB that this process holds: what is left of its heap when it was collected, and its buffers. How much more V8 and malloc
 * keep for what comes next says how generous they are, not what the program holds.
 */
export function heldNow() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

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
