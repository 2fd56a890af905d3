/** Ends one part that was started; resolves when nothing of it is left. */
export type Ending = () => Promise<void>;

/** Last started, first ended; what fails to end does not keep the rest running. @throws AggregateError of what failed */
export async function endAll(endings: Ending[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of endings.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'Not every part ended cleanly.');
}
