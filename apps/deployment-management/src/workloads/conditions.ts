import type { Condition } from '@berth/contracts/deployment';

export type ConditionStatement = Omit<Condition, 'since'>;

/** Conditions are for people: stable text, sorted by type; `since` moves only when the status or the reason does. */
export function mergeConditions(
  former: readonly Condition[],
  stated: readonly ConditionStatement[],
  now: Date,
): Condition[] {
  const merged = stated.map((statement) => {
    const before = former.find((each) => each.type === statement.type);
    const same = before && before.status === statement.status && before.reason === statement.reason;
    return { ...statement, since: same ? before.since : now.toISOString() };
  });
  return merged.sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** By their fields: the database answers them in an order of its own. */
export const sameConditions = (a: readonly Condition[], b: readonly Condition[]): boolean => textOf(a) === textOf(b);

const textOf = (conditions: readonly Condition[]): string =>
  JSON.stringify(conditions.map(({ type, status, reason, message, since }) => [type, status, reason, message, since]));
