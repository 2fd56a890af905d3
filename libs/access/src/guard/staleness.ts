/**
 * Whether nothing was heard for too long. The heartbeat carries its producer's time, so a consumer that lags is as stale as
 * one that hears nothing. Null: nothing was ever heard, so nobody has a key or a role here, and there is nothing to protect.
 */
export const isStale = (heartbeatAt: Date | null, now: Date, staleSeconds: number): boolean =>
  heartbeatAt !== null && now.getTime() - heartbeatAt.getTime() > staleSeconds * 1_000;
