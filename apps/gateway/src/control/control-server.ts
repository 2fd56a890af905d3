import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { GatewayLogger } from '../logger.js';
import type { ControlHandler } from './control-handler.js';

/** `sockaddr_un` holds no more. */
const MAX_SOCKET_PATH = 107;

/** Listens on a Unix socket that only the owner may open; a socket left behind by a killed process is replaced. */
export async function startControlServer(
  path: string,
  handler: ControlHandler,
  logger: GatewayLogger,
): Promise<{ close(): Promise<void> }> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(`The path of the gateway's control socket is too long (over ${MAX_SOCKET_PATH} bytes): ${path}`);
  }
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    handler.handle(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
      (error: unknown) => {
        logger.error({ err: error }, 'a control request failed');
        response.writeHead(500).end();
      },
    );
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return { close: () => closeServer(server) };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
