import type { IncomingMessage } from 'node:http';

/** Flat list: name, value, name, value; what node:http takes and gives as raw headers. */
export type HeaderList = readonly string[];

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'upgrade',
  'http2-settings',
]);
const requestOnly = new Set(['host', 'expect', 'proxy-authorization']);
const forwarding = new Set([
  'forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
]);
/** Who a request comes from is said by the gateway alone. */
const identity = /^x-(?:consumer|credential|authenticated|anonymous-consumer)(?:-|$)/;

export interface Forwarded {
  readonly clientAddress: string;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly prefix?: string;
}

/**
 * Headers for the upstream: the client's without hop-by-hop ones, without any that says who it is or where it comes from
 * (X-Forwarded-For is appended to, as Kong does: only its last entry is known to be true), then `added`.
 *
 * Underscores count as hyphens, because CGI-like servers cannot tell them apart. `kept`: names of what is not sent on.
 */
export function requestHeaders(
  request: IncomingMessage,
  host: string,
  from: Forwarded,
  added: HeaderList,
  kept: readonly string[] = [],
): string[] {
  const named = connectionOptions(request.headers.connection);
  const replaced = new Set([...namesOf(added), ...kept]);
  const result = ['Host', host];
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = canonical(raw[index] as string);
    if (hopByHop.has(name) || requestOnly.has(name) || forwarding.has(name) || replaced.has(name)) continue;
    if (named?.has(name) || identity.test(name)) continue;
    result.push(raw[index] as string, raw[index + 1] as string);
  }
  pushForwarded(result, request, from);
  if (isEmptyWithoutSaying(request)) result.push('Content-Length', '0');
  return result.concat(added);
}

/** What has neither header has no body (RFC 9112, section 6.3); node:http would send one in chunks that is empty. */
function isEmptyWithoutSaying({ method = 'GET', headers }: IncomingMessage): boolean {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false;
  return ['POST', 'PUT', 'PATCH'].includes(method);
}

function pushForwarded(result: string[], request: IncomingMessage, from: Forwarded): void {
  const chain = request.headers['x-forwarded-for'];
  result.push('X-Forwarded-For', chain ? `${String(chain)}, ${from.clientAddress}` : from.clientAddress);
  result.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Host', from.host, 'X-Forwarded-Port', String(from.port));
  result.push('X-Real-IP', from.clientAddress);
  if (from.path !== undefined) result.push('X-Forwarded-Path', from.path);
  if (from.prefix !== undefined) result.push('X-Forwarded-Prefix', from.prefix);
}

/** Headers for the client: the upstream's without hop-by-hop ones; `added` replaces those of the same name, Vary is joined. */
export function responseHeaders(response: IncomingMessage, added: HeaderList): string[] {
  const named = connectionOptions(response.headers.connection);
  const replaced = namesOf(added);
  replaced.delete('vary');
  const result: string[] = [];
  const raw = response.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (hopByHop.has(name) || replaced.has(name) || named?.has(name)) continue;
    // node:http frames the body anew.
    if (name === 'transfer-encoding') continue;
    result.push(raw[index] as string, raw[index + 1] as string);
  }
  return added.length > 0 ? result.concat(added) : result;
}

const canonical = (name: string): string => name.toLowerCase().replaceAll('_', '-');

const namesOf = (headers: HeaderList): Set<string> =>
  new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));

/** The names that a Connection header declares hop-by-hop (RFC 9110, 7.6.1); undefined for the usual values. */
function connectionOptions(value: string | undefined): Set<string> | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  const options = new Set(value.split(',').map((option) => option.trim().toLowerCase()));
  // These frame the message: removing them on a client's word would let it smuggle a second request.
  for (const framing of ['content-length', 'transfer-encoding']) options.delete(framing);
  return options;
}
