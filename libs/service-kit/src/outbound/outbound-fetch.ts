import { lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses.js';
import { isListedHost } from './outbound-hosts.js';

export interface OutboundOptions {
  /** Plain http and addresses of the own network are for installations whose administrator allows them. */
  readonly allowPrivateAddresses: boolean;
  /** `OUTBOUND_HOSTS`: others are refused; none: every host may be asked. */
  readonly hosts: readonly string[];
  /** Until the whole answer is there. */
  readonly timeoutMs: number;
  /** An answer that is longer is refused. */
  readonly maxBytes: number;
}

/** The part of `fetch` that clients of other people's APIs use. */
export type OutboundFetch = (
  url: string,
  init?: {
    readonly method?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: unknown;
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<Response>;

/** Thrown when a URL must not be asked: its host is not a public one or not on the list, or it is not https. */
export class OutboundRefused extends Error {}

/**
 * Asks a URL that a tenant named (server-side request forgery: OWASP ASVS 5, V1.3.6). The address that was judged is the one
 * that is connected to, redirects are answered and not followed, answers are bounded in length and time.
 * @throws OutboundRefused, and the errors of node:http; the fetch that is returned does
 */
export function outboundFetch(options: OutboundOptions): OutboundFetch {
  return async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    const target = new URL(url);
    refuseForeign(target, options);
    const bytes = bytesOf(body);
    const limit = AbortSignal.timeout(options.timeoutMs);
    const settings: RequestOptions = {
      method,
      headers: { ...headers, ...(bytes ? { 'content-length': bytes.length } : {}) },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      agent: false,
      ...(options.allowPrivateAddresses ? {} : { lookup: publicLookup }),
    };
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return answerOf(send(target, settings), bytes, options.maxBytes);
  };
}

function refuseForeign({ protocol, hostname }: URL, { allowPrivateAddresses, hosts }: OutboundOptions): void {
  if (protocol !== 'https:' && !(allowPrivateAddresses && protocol === 'http:'))
    throw new OutboundRefused(`${protocol} URLs are not asked.`);
  if (!isListedHost(hostname, hosts)) throw new OutboundRefused(`${hostname} is no host that this installation asks.`);
  const address = hostname.replace(/^\[|\]$/g, '');
  // Node looks no address up that is written as one.
  if (!allowPrivateAddresses && isIP(address) !== 0 && !isPublicAddress(address)) throw notPublic(hostname);
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return done(notPublic(hostname), []);
    const [first] = addresses;
    if (options.all || !first) return done(null, addresses);
    done(null, first.address, first.family);
  });
};

const notPublic = (host: string): OutboundRefused => new OutboundRefused(`${host} is not a public host.`);

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new Error('an outbound request has text, a form or bytes as its body');
}

function answerOf(request: ClientRequest, body: Buffer | undefined, maxBytes: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('error', reject).on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= maxBytes) return void chunks.push(chunk);
        reject(new Error(`The answer is longer than ${maxBytes} bytes.`));
        request.destroy();
      });
      answer.on('end', () => resolve(toResponse(answer, Buffer.concat(chunks))));
    });
    request.end(body);
  });
}

function toResponse({ statusCode = 502, headers }: IncomingMessage, body: Buffer): Response {
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    (Array.isArray(value) ? value : [value ?? '']).map((each): [string, string] => [name, each]),
  );
  const isEmpty = [204, 205, 304].includes(statusCode);
  return new Response(isEmpty ? null : new Uint8Array(body), { status: statusCode, headers: pairs });
}
