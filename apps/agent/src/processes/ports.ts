import { type AddressInfo, createServer } from 'node:net';

/** Hands out free loopback ports, never one that another instance of ours holds. */
export class Ports {
  private readonly held = new Set<number>();

  /** @throws Error when no port is free. */
  async take(): Promise<number> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const port = await freePort();
      if (this.held.has(port)) continue;
      this.held.add(port);
      return port;
    }
    throw new Error('No loopback port is free.');
  }

  release(port: number): void {
    this.held.delete(port);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
