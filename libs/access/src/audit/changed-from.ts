import { isDeepStrictEqual } from 'node:util';
import { REDACTED } from './redact.js';

type Fields = Readonly<Record<string, unknown>>;

/** What an act changed. A field that was not there is in `after` only, one that is gone in `before` only. */
export interface Change {
  readonly before: Fields;
  readonly after: Fields;
}

/**
 * The fields in which two states of one thing differ, and no others, as they were and as they are. Plain objects are gone
 * into; anything else, a list too, differs as a whole. A field that is undefined is not there. What is new has no former
 * state, what is gone no next one: `{}`.
 */
export function changedFrom(former: object, next: object): Change {
  const [was, is] = [fieldsOf(former), fieldsOf(next)];
  const before: [string, unknown][] = [];
  const after: [string, unknown][] = [];
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const change = differenceOf(was.get(name), is.get(name));
    if (!change) continue;
    if (was.has(name)) before.push([name, change.before]);
    if (is.has(name)) after.push([name, change.after]);
  }
  return { before: Object.fromEntries(before), after: Object.fromEntries(after) };
}

const fieldsOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, field]) => field !== undefined));

function differenceOf(was: unknown, is: unknown): { before: unknown; after: unknown } | undefined {
  if (isDeepStrictEqual(was, is)) return undefined;
  if (!isPlain(was) || !isPlain(is)) return { before: was, after: is };
  const inside = changedFrom(was, is);
  return isNothing(inside) ? undefined : inside;
}

export const isNothing = ({ before, after }: Change): boolean =>
  Object.keys(before).length === 0 && Object.keys(after).length === 0;

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The same without what is in fields of these names, at any depth of plain objects: that they changed stays. */
export const concealed = ({ before, after }: Change, ...names: readonly string[]): Change => ({
  before: withoutContent(before, names),
  after: withoutContent(after, names),
});

function withoutContent(fields: object, names: readonly string[]): Fields {
  const kept = Object.entries(fields).map(([name, value]: [string, unknown]) => {
    if (names.includes(name)) return [name, REDACTED];
    return [name, isPlain(value) ? withoutContent(value, names) : value];
  });
  return Object.fromEntries(kept) as Fields;
}
