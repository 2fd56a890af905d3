import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems give connections ports above (Linux from 32768 on): what is free here stays so until it is used. */
const [FIRST, END] = [12_000, 32_000];

/** A loopback port that nobody listens on, drawn at random. It is not held: listen on it soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, '127.0.0.1', resolve));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}
