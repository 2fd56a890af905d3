import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below those that systems give to connections by themselves: a port stays free until the instance that got it listens. */
const RANGE = [10_000, 32_768] as const;

/** Hands out free loopback ports, never one that another instance of ours holds. */
export class Ports {
  private readonly held = new Set<number>();

  /** @throws Error when no port is free. */
  async take(): Promise<number> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const port = randomInt(...RANGE);
      if (this.held.has(port)) continue;
      this.held.add(port);
      if (await isFree(port)) return port;
      this.held.delete(port);
    }
    throw new Error('No loopback port is free.');
  }

  release(port: number): void {
    this.held.delete(port);
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
