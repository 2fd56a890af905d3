import type { Headers } from './stored-answers.js';

/** As the guard left it. */
export interface ReplayRequest {
  readonly caller?: object;
}

/**
 * Decides whether a caller may have an answer a second time: rights may have been taken away since the first. The kit knows
 * no rights; who guards the routes provides it.
 */
export interface ReplayJudge {
  /** What this request was allowed by, as JSON; it is stored with the answer. */
  checksOf(request: ReplayRequest): unknown;
  /** @throws DomainError when the caller of the repeat may not have the answer (any more) */
  judge(request: ReplayRequest, checks: unknown, headers: Headers): Promise<void>;
}

/** Injection token of the service's judge. Without one, whoever passes the guard gets the stored answer. */
export const REPLAY_JUDGE = Symbol('berth.replay-judge');
