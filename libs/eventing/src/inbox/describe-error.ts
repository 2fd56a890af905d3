/** An error in one bounded text, for people who look at dead letters. */
export const describeError = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 4_000);
