/** Heartbeats come at least every hour and a half: so many milliseconds without one are silence. */
const SILENCE = 3 * 3_600_000;

/** A workload of which nothing was heard since then is silent. */
export const silentSince = (now: Date): Date => new Date(now.getTime() - SILENCE);
