export interface EventuallyOptions {
  /**
   * Gives up after so many milliseconds and throws what the last attempt threw, but not before 40 attempts (fewer, if
   * fewer fit in): on a machine that stands still for a moment, time passes in which nothing could happen. Default 30,000.
   */
  readonly within?: number;
  /** Milliseconds between attempts. Default 25. */
  readonly every?: number;
}

const FEWEST = 40;

/** Runs `attempt` until it no longer throws and answers its result: for what the world does in its own time. */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  options: EventuallyOptions = {},
): Promise<Result> {
  const { within = 30_000, every = 25 } = options;
  const deadline = performance.now() + within;
  for (let left = Math.min(FEWEST, within / every); ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline && left <= 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  }
}
