export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** Milliseconds that lie in both; each is a list in any order, whose stretches may overlap one another. */
export function overlapOf(some: readonly Stretch[], others: readonly Stretch[]): bigint {
  const [left, right] = [united(some), united(others)];
  let sum = 0;
  for (let [i, j] = [0, 0]; ;) {
    const [a, b] = [left[i], right[j]];
    if (!a || !b) return BigInt(sum);
    sum += Math.max(0, Math.min(+a.to, +b.to) - Math.max(+a.from, +b.from));
    if (a.to < b.to) i++;
    else j++;
  }
}

/** The same time, as stretches in order that do not overlap. */
function united(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => +a.from - +b.from)) {
    const last = found.at(-1);
    if (!last || last.to < next.from) found.push(next);
    else if (last.to < next.to) found[found.length - 1] = { from: last.from, to: next.to };
  }
  return found;
}
