export interface EventuallyOptions {
  /** Gives up after so many milliseconds and throws what the last attempt threw. Default 10,000. */
  readonly within?: number;
  /** Milliseconds between attempts. Default 25. */
  readonly every?: number;
}

/** Runs `attempt` until it no longer throws and answers its result: for what the world does in its own time. */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  options: EventuallyOptions = {},
): Promise<Result> {
  const { within = 10_000, every = 25 } = options;
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  }
}
