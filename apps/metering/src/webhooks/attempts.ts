const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds to wait after the first, second ... attempt that failed; after the last of them it is given up. */
const waits = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;

/** The receiver says that nobody is there any more. */
const GONE = 410;

export type Answer = { readonly status: number } | { readonly error: string };
export type Judged =
  | { readonly state: 'delivered' }
  | { readonly state: 'pending'; readonly waitSeconds: number; readonly failure: string }
  | { readonly state: 'dead'; readonly failure: string };

/** `attempts`: with the one that was answered. */
export function judge(answer: Answer, attempts: number): Judged {
  if ('status' in answer && answer.status >= 200 && answer.status < 300) return { state: 'delivered' };
  const failure = 'status' in answer ? `answered ${answer.status}` : answer.error;
  const waitSeconds = waits[attempts - 1];
  if (waitSeconds === undefined || ('status' in answer && answer.status === GONE)) return { state: 'dead', failure };
  return { state: 'pending', waitSeconds, failure };
}
