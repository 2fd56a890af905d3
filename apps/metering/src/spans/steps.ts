export interface Step {
  readonly at: number;
  /** How much in each millisecond from then on. */
  readonly rate: number;
}

/**
 * An amount as whole rates over a time, exact to the last unit: the highest rate that it is enough for all the time, and one
 * more until the rest is used, too. Always three, of which some may be of no length or change nothing.
 */
export function stepsOf({
  from,
  to,
  amount,
}: {
  from: number;
  to: number;
  amount: number;
}): readonly [Step, Step, Step] {
  const rate = Math.floor(amount / (to - from));
  const rest = amount % (to - from);
  return [
    { at: from, rate: rest > 0 ? rate + 1 : rate },
    { at: from + rest, rate },
    { at: to, rate: 0 },
  ];
}
