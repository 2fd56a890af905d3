/** Where one attempt goes. `release` is called exactly once, when the attempt no longer uses it. */
export interface Target {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  release(): void;
  /** Called once when it answered, or when the client is told that it did not. Absent where nobody counts. */
  answered?(isError: boolean): void;
}

/** Chooses where to send an attempt; `refused` are the ids that did not let this request connect. */
export type PickTarget = (refused: ReadonlySet<string>) => Target | undefined;

export type Failure = 'no_upstream' | 'unreachable' | 'reset' | 'timeout' | 'too_large';

export interface Timeouts {
  readonly connectMilliseconds: number;
  /** Silence in both directions until the answer begins. */
  readonly answerMilliseconds: number;
  /** Silence in both directions while the answer flows; 0: without limit. */
  readonly streamMilliseconds: number;
}
