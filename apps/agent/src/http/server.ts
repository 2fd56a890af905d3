import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import { AgentError } from '../errors.js';
import type { Sessions } from '../sessions/sessions.js';
import { sendProblem } from './problem.js';
import { handle, type RoutesContext } from './routes.js';

/** Longest path that a Unix socket can have on Linux, see unix(7); 104 on macOS. */
const LONGEST_SOCKET_PATH = 103;

/** The agent's HTTP server on a Unix socket that only its own user may use. */
export async function listen(
  socketPath: string,
  context: RoutesContext,
  sessions: Sessions,
  logger: Logger,
): Promise<Server> {
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH)
    throw new Error(`The path of the agent's socket is too long (${LONGEST_SOCKET_PATH} bytes at most): ${socketPath}`);
  const server = createServer((request, response) => {
    handle(request, response, context).catch((error: unknown) => {
      const isAbort = error instanceof Error && error.name === 'AbortError'; // the reader went away
      if (!(error instanceof AgentError) && !isAbort) logger.error({ err: error, path: request.url }, 'request failed');
      sendProblem(response, error);
    });
  });
  server.on('upgrade', (request, socket, head) => sessions.upgrade(request, socket, head));
  server.requestTimeout = 0;
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  await chmod(socketPath, 0o600);
  return server;
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
