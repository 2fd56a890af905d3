/**
 * Splits whole units by weights without losing or making one: each share is the whole part of what is due, and the units
 * left over go to the largest remainders, at equal remainders to the first (method of Hamilton). Weights are not
 * negative; when all are 0 they count as equal.
 */
export function shares(total: bigint, weights: readonly bigint[]): bigint[] {
  if (total < 0n) return shares(-total, weights).map((share) => -share);
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  if (sum === 0n && weights.length > 0)
    return shares(
      total,
      weights.map(() => 1n),
    );
  const due = weights.map((weight, index) => ({ index, whole: (total * weight) / sum, rest: (total * weight) % sum }));
  const left = total - due.reduce((all, { whole }) => all + whole, 0n);
  const first = due.toSorted((a, b) => compare(b.rest, a.rest) || a.index - b.index).slice(0, Number(left));
  const lucky = new Set(first.map(({ index }) => index));
  return due.map(({ index, whole }) => (lucky.has(index) ? whole + 1n : whole));
}

const compare = (a: bigint, b: bigint): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
