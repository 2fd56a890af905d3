import { get } from 'node:http';
import type { ServiceAddress } from '../api/service-addresses.js';

const LIMIT = 20 * 2 ** 20;

/** Reads a service's OpenAPI document. @throws Error when it does not answer 200 with JSON within five seconds. */
export async function fetchDocument(address: ServiceAddress): Promise<Record<string, unknown>> {
  const text = await new Promise<string>((resolve, reject) => {
    const path = `${address.path.replace(/\/$/, '')}/openapi.json`;
    const request = get({ host: address.host, port: address.port, path, agent: false, timeout: 5_000 }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > LIMIT) answer.destroy(new Error('the OpenAPI document is too large'));
      });
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200) return resolve(Buffer.concat(chunks).toString());
        reject(new Error(`the OpenAPI document was answered with ${answer.statusCode}`));
      });
    });
    request.once('timeout', () => request.destroy(new Error('the service is silent')));
    request.once('error', reject);
  });
  return JSON.parse(text) as Record<string, unknown>;
}
