/**
 * What `next` makes of a value: at once, or when the value is promised, as soon as it is there. For what every request passes:
 * an async function waits a turn of the microtask queue even for what is there already.
 */
export const afterwards = <Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> => (isPromised(value) ? value.then(next) : next(value));

/** By what it can do and not by its class: each realm has a `Promise` of its own. */
const isPromised = <Value>(value: Value | Promise<Value>): value is Promise<Value> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
