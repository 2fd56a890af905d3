import { AsyncLocalStorage } from 'node:async_hooks';

interface Correlation {
  readonly correlationId: string;
  /** Id of the event being handled, if any. */
  readonly causationId?: string;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Runs `work` with a correlation id that logs, problems and events below it carry. */
export const withCorrelation = <Result>(correlation: Correlation, work: () => Result): Result =>
  storage.run(correlation, work);

export const currentCorrelationId = (): string | undefined => storage.getStore()?.correlationId;
export const currentCausationId = (): string | undefined => storage.getStore()?.causationId;
