import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';

const TIMEOUT_MS = 10_000;

/** Thrown when a gateway cannot be reached or does not take the configuration. */
export class GatewayRefused extends Error {}

export interface GatewayAddress {
  readonly address: string;
  /** PEM file of the authority that signed its certificate; absent: those that the system trusts. */
  readonly caFile?: string | undefined;
}

/**
 * Gives one gateway its whole configuration: `POST /config` of Kong (DB-less) and of the embedded gateway.
 * @param address `unix:/path/to/socket`, `http://host:port` or `https://host:port`
 * @throws GatewayRefused
 */
export async function postConfig(
  { address, caFile }: GatewayAddress,
  config: string,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ config });
  const trust = caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') };
  const { status, answer } = await post(address, body, { signal, ...trust }).catch((error: unknown) => {
    throw new GatewayRefused(`${address} cannot be reached`, { cause: error });
  });
  if (status < 200 || status > 299) throw new GatewayRefused(`${address} answered ${status}: ${answer.slice(0, 500)}`);
}

function post(
  address: string,
  body: string,
  trust: { readonly signal: AbortSignal; readonly ca?: string },
): Promise<{ status: number; answer: string }> {
  const options: RequestOptions = {
    ...trust,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    timeout: TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    const request = address.startsWith('unix:')
      ? httpRequest({ ...options, socketPath: address.slice('unix:'.length), path: '/config' })
      : (address.startsWith('https:') ? httpsRequest : httpRequest)(new URL('/config', address), options);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks).toString() }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('error', reject).end(body);
  });
}
