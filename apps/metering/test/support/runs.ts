import fc from 'fast-check';

/** In how large runs events come: one by one, some, or all at once. */
export const runSizes: fc.Arbitrary<readonly number[]> = fc.array(fc.constantFrom(1, 2, 3, 5, 1_000), { minLength: 1 });

/** Cuts into runs of these sizes, again and again. */
export function inRuns<Event>(events: readonly Event[], sizes: readonly number[]): Event[][] {
  const runs: Event[][] = [];
  for (let at = 0; at < events.length; at += runs.at(-1)?.length ?? 1)
    runs.push(events.slice(at, at + (sizes[runs.length % sizes.length] ?? 1)));
  return runs;
}
