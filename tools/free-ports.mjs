// Plain JavaScript for Node 20 and newer: tools need it before anything is installed.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems give connections ports above by themselves (Linux from 32768 on): what is free here stays so until it is used. */
const RANGE = [12_000, 32_000];

/** So many different loopback ports that nobody listens on, drawn at random. */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) {
    const port = randomInt(...RANGE);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port) {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server
      .once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
