import type { IncomingMessage } from 'node:http';

/** The address that a request comes from; IPv4 in its own form also on a socket that listens for both. */
export const clientAddress = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
