import type { RatedLine } from '../rating/rating.js';

/** A difference to a line of an earlier invoice, in smallest units. */
export interface CorrectedLine extends Pick<RatedLine, 'kind' | 'id' | 'name' | 'version' | 'agreement'> {
  readonly amount: bigint;
}

const keyOf = ({ kind, id, version, agreement }: CorrectedLine): string =>
  [kind, id, version ?? '', ...(agreement === undefined ? [] : [agreement])].join('/');

/** What tells a line apart from others of its invoice, for good. */
export const identityOf = ({ kind, id, name, version, agreement }: CorrectedLine): Omit<CorrectedLine, 'amount'> => ({
  ...{ kind, id, name, version },
  ...(agreement === undefined ? {} : { agreement }),
});

/** What must be added to each line of `before` to make it what `after` says. Credits were given and stay given. */
export function differences(before: readonly CorrectedLine[], after: readonly CorrectedLine[]): CorrectedLine[] {
  const found = new Map<string, CorrectedLine>();
  const add = (line: CorrectedLine, sign: 1n | -1n) => {
    if (line.kind === 'credit') return;
    const former = found.get(keyOf(line))?.amount ?? 0n;
    found.set(keyOf(line), { ...identityOf(line), amount: former + sign * line.amount });
  };
  for (const line of before) add(line, -1n);
  for (const line of after) add(line, 1n);
  return [...found.values()].filter(({ amount }) => amount !== 0n).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
