import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { defineErrors } from '../errors/define-errors.js';
import { isOwnOrigin } from './own-origin.js';

const errors = defineErrors({ UpgradeRequired: 426, OriginRefused: 403 });

/** Larger messages end the connection. */
const MAX_MESSAGE_BYTES = 1_048_576;

interface Pending {
  readonly socket: Duplex;
  /** Bytes that came right behind the request's headers. */
  readonly head: Buffer;
}

export interface Accepted {
  readonly client: WebSocket;
  /** A Buffer for each message, both ways. */
  readonly messages: Duplex;
}

const pending = new WeakMap<IncomingMessage, Pending>();
const wants = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/** Options of node:http under which other upgrades are ordinary requests. */
export const upgradeOptions = { shouldUpgradeCallback: wants };

/**
 * Has requests for a WebSocket pass through routes, guards and filters as all others do: what is refused is answered in
 * HTTP, and a handler that calls `acceptWebSocket` has it. All that are open end with the application.
 */
export function serveUpgrades(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const open = new Set<Duplex>();
  fastify.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    pending.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    fastify.routing(request, response);
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of open) socket.destroy();
    done();
  });
}

/** @throws 426 when the request does not ask for a WebSocket, 403 `origin_refused` when a page of another host does */
export function requireUpgrade({ raw }: FastifyRequest): void {
  if (!pending.has(raw))
    throw errors.UpgradeRequired('This is spoken over a WebSocket: send Connection: Upgrade, Upgrade: websocket.');
  if (!isOwnOrigin(raw.headers)) throw errors.OriginRefused('A page of another host does not speak here.');
}

/** Ends HTTP on the connection. `protocol` is the subprotocol that is spoken, when the client offers it. @throws as `requireUpgrade` */
export function acceptWebSocket(request: FastifyRequest, reply: FastifyReply, protocol: string): Promise<Accepted> {
  requireUpgrade(request);
  const { socket, head } = pending.get(request.raw) as Pending;
  const server = new WebSocketServer({
    ...{ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  reply.hijack();
  reply.raw.detachSocket(socket as Socket);
  return new Promise((resolve) =>
    server.handleUpgrade(request.raw, socket, head, (client) => {
      // Before the first message can come.
      const messages = createWebSocketStream(client, { readableObjectMode: true, writableObjectMode: true });
      resolve({ client, messages });
    }),
  );
}
