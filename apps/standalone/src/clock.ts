/** Nothing of the service kit: what starts PostgreSQL must be read before the services are. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));
