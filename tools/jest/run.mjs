import { onInterrupt, useRunFolder } from '../run-folder.mjs';

/** What ends that which the run started, the last first. */
const ends = [];
/** What is being started now, and the end of the run when it has begun. */
let starting, ending;

/** The global setup of a run: each start in turn, which answers how it is ended. */
export const runWith =
  (...starts) =>
  async () => {
    useRunFolder();
    onInterrupt(endRun);
    try {
      for (const start of starts) await (starting = begin(start));
    } catch (error) {
      await endRun();
      throw error;
    }
  };

/** Nothing begins any more when the run ends. */
async function begin(start) {
  if (!ending) ends.unshift((await start()) ?? (() => undefined));
}

/** The global teardown. Once, however often it is asked for: whoever asks waits for all of it. */
export const endRun = () => (ending ??= endAll());

/** What is being started can be ended when it has started. That it failed is told by who waits for it above. */
async function endAll() {
  await Promise.allSettled([starting]);
  for (const end of ends) await end();
}
