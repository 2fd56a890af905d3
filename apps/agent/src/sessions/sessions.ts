import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { execRequest, SESSION_PROTOCOL } from '@berth/contracts/runtime';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import { problemOf } from '../http/problem.js';
import type { Workloads } from '../workloads/workloads.js';
import { requireCommand, startCommand } from './exec-session.js';
import { resultFrame } from './frames.js';
import { portOf, serveConnection } from './port-session.js';

const MAX_MESSAGE_BYTES = 1_048_576;
const port = z.coerce.number().int().min(1).max(65_535).nullable();

/** What is done with a session once it is open. */
type Serve = (session: Duplex) => unknown;

/** Ways into instances, over WebSockets on the agent's socket. */
export class Sessions {
  private readonly server = new WebSocketServer({
    ...{ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    handleProtocols: (offered) => offered.has(SESSION_PROTOCOL) && SESSION_PROTOCOL,
  });

  constructor(
    private readonly context: AgentContext,
    private readonly workloads: Workloads,
  ) {}

  /** What is refused is answered in HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      const serve = this.prepared(new URL(request.url ?? '/', 'http://agent'));
      this.server.handleUpgrade(request, socket, head, (client) => {
        const session = createWebSocketStream(client, { readableObjectMode: true, writableObjectMode: true });
        Promise.resolve(session)
          .then(serve)
          .catch((error: Error) => session.end(resultFrame(null, error.message)));
      });
    } catch (error) {
      const problem = problemOf(error);
      const body = JSON.stringify(problem);
      const headers = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}`;
      socket.end(`HTTP/1.1 ${problem.status} ${problem.code}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`);
    }
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
  }

  /** @throws AgentError */
  private prepared({ pathname, searchParams }: URL): Serve {
    const [, id = '', instanceId = '', kind] =
      /^\/workloads\/([^/]+)\/instances\/([^/]+)\/(exec|forward)$/.exec(pathname) ?? [];
    if (!kind) throw agentErrors.routeNotFound(pathname);
    const instance = this.workloads.instance(id, instanceId);
    if (kind === 'forward') {
      const target = portOf(instance, port.parse(searchParams.get('port')), this.context);
      return (session) => serveConnection(target, session);
    }
    const wanted = execRequest.parse(JSON.parse(searchParams.get('request') ?? ''));
    requireCommand(instance, wanted);
    return (session) => startCommand(instance, wanted, this.context).serve(session);
  }
}
