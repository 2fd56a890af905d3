import { AsyncLocalStorage } from 'node:async_hooks';
import type { Confinement } from '../persistence/confinement.js';

interface Correlation {
  readonly correlationId: string;
  /** Id of the event being handled, if any. */
  readonly causationId?: string;
  /** Network address of whoever sent the request that is being answered, if it has one. */
  readonly clientAddress?: () => string | undefined;
  /** Of a request alone: what handles events or goes on by itself acts for all organizations. */
  readonly confinement?: Confinement;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Runs `work` with a correlation id that logs, problems and events below it carry. */
export const withCorrelation = <Result>(correlation: Correlation, work: () => Result): Result =>
  storage.run(correlation, work);

export const currentCorrelationId = (): string | undefined => storage.getStore()?.correlationId;
/** Of the client whose request is being answered; none for what happens later, or by itself. */
export const currentClientAddress = (): string | undefined => storage.getStore()?.clientAddress?.();
export const currentCausationId = (): string | undefined => storage.getStore()?.causationId;
export const currentConfinement = (): Confinement | undefined => storage.getStore()?.confinement;

/** `work` as a part of a request that is not confined. */
export function withoutConfinement<Result>(work: () => Result): Result {
  const current = storage.getStore();
  if (!current?.confinement) return work();
  const { confinement: _, ...unconfined } = current;
  return storage.run(unconfined, work);
}
