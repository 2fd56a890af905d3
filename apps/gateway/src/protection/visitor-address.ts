import type { IncomingMessage } from 'node:http';
import { clientAddress } from '../proxy/client-address.js';
import type { Networks } from './networks.js';

/**
 * Where a visitor comes from: the peer, or what a proxy that is trusted says of its own peer. Anybody can write the rest of
 * X-Forwarded-For, so that it is read from its end, and no further than proxies are trusted.
 */
export function visitorAddress(request: IncomingMessage, trusted: Networks): string {
  const told = [request.headers['x-forwarded-for'] ?? []].flat().join().split(',');
  let address = clientAddress(request);
  while (trusted.has(address)) {
    const next = told.pop()?.trim();
    if (!next) return address;
    address = next;
  }
  return address;
}
