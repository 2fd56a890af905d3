/** So many different loopback ports that nobody listens on, drawn at random. */
export function freePorts(count: number): Promise<number[]>;
