/** Heartbeats come each minute: so many milliseconds without one are silence. */
const SILENCE = 300_000;

/** A workload of which nothing was heard since then is silent. */
export const silentSince = (now: Date): Date => new Date(now.getTime() - SILENCE);
