/** How many attempts are free, and how long the wait after them may become. */
export interface Limits {
  readonly free: number;
  readonly longestWaitSeconds: number;
  /** By what each wait is longer than the one before. */
  readonly growth: number;
}

/** What is known of one account's or one address's attempts. */
export interface Attempts {
  readonly count: number;
  readonly blockedUntil: Date;
  readonly lastAt: Date;
}

export type Judgement =
  | { readonly granted: true; readonly attempts: Attempts }
  | { readonly granted: false; readonly retryAfterSeconds: number };

/** Not blocked. Never the present: whoever tries at the same time may have looked at the clock a moment earlier. */
export const NOT_BLOCKED = new Date(0);

/** After an hour without an attempt everything is forgotten. */
export const FORGOTTEN_AFTER_MS = 3_600_000;

/**
 * Decides about one more attempt and counts it beforehand, so that many at once are no way around. Beyond the free ones each
 * makes the wait until the next longer, starting with a second. A refused attempt does not count: waiting always helps.
 */
export function judgeAttempt(
  known: Attempts | undefined,
  now: Date,
  { free, longestWaitSeconds, growth }: Limits,
): Judgement {
  const isForgotten = !known || now.getTime() - known.lastAt.getTime() > FORGOTTEN_AFTER_MS;
  if (!isForgotten && known.blockedUntil > now)
    return { granted: false, retryAfterSeconds: Math.ceil((known.blockedUntil.getTime() - now.getTime()) / 1_000) };
  const count = isForgotten ? 1 : known.count + 1;
  const waitSeconds = count < free ? 0 : Math.min(longestWaitSeconds, growth ** Math.min(count - free, 30));
  const blockedUntil = waitSeconds === 0 ? NOT_BLOCKED : new Date(now.getTime() + waitSeconds * 1_000);
  return { granted: true, attempts: { count, blockedUntil, lastAt: now } };
}

/** Limits of each of so many counts that are no more than one of these together. */
export const sharedBy = (names: number, { free, longestWaitSeconds, growth }: Limits): Limits => ({
  free: Math.ceil(free / names),
  longestWaitSeconds: longestWaitSeconds * names,
  growth: growth ** names,
});

/** An IPv6 customer has at least 2^64 addresses: they count as one (RFC 6177). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => '0');
  return [...start, ...zeros, ...end]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
