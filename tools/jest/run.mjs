import { onInterrupt, useRunFolder } from '../run-folder.mjs';

/** What ends that which the run started, the last first. */
const ends = [];

/** The global setup of a run: each start in turn, which answers how it is ended. */
export const runWith =
  (...starts) =>
  async () => {
    useRunFolder();
    onInterrupt(endRun);
    try {
      for (const start of starts) ends.unshift((await start()) ?? (() => undefined));
    } catch (error) {
      await endRun();
      throw error;
    }
  };

/** The global teardown. A second time nothing is left to end. */
export async function endRun() {
  for (const end of ends.splice(0)) await end();
}
