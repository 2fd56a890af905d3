import type { RatedLine } from '../rating/rating.js';

/** A difference to a line of an earlier invoice, in smallest units. */
export interface CorrectedLine extends Pick<RatedLine, 'kind' | 'id' | 'name' | 'version'> {
  readonly amount: bigint;
}

const keyOf = ({ kind, id, version }: CorrectedLine): string => `${kind}/${id}/${version ?? ''}`;

/** What must be added to each line of `before` to make it what `after` says. Credits were given and stay given. */
export function differences(before: readonly CorrectedLine[], after: readonly CorrectedLine[]): CorrectedLine[] {
  const found = new Map<string, CorrectedLine>();
  const add = (line: CorrectedLine, sign: 1n | -1n) => {
    if (line.kind === 'credit') return;
    const { kind, id, name, version, amount } = line;
    const former = found.get(keyOf(line))?.amount ?? 0n;
    found.set(keyOf(line), { kind, id, name, version, amount: former + sign * amount });
  };
  for (const line of before) add(line, -1n);
  for (const line of after) add(line, 1n);
  return [...found.values()].filter(({ amount }) => amount !== 0n).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
