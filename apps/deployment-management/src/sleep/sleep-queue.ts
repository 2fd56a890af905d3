/** The queue in which each environment with waking hours waits for its next change. */
export const SLEEP = 'sleep';
