import { request } from 'node:http';

export interface SocketAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface SocketRequest {
  readonly socketPath: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMilliseconds: number;
}

/** One JSON request over a Unix socket. Rejects when nothing answers in time. */
export function socketRequest(input: SocketRequest): Promise<SocketAnswer> {
  const text = input.body === undefined ? undefined : JSON.stringify(input.body);
  const headers =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const { socketPath, method, path } = input;
    const signal = AbortSignal.timeout(input.timeoutMilliseconds);
    const sent = request({ socketPath, method, path, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: parseOrNull(body) });
      });
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an empty answer, or not JSON: the status says enough
  }
}
