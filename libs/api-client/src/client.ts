import createFetchClient, { type Client as FetchClient } from 'openapi-fetch';
import { systemClock } from './clock.js';
import { eventStream, type EventStreamOptions, type StreamedEvent } from './event-stream.js';
import type { components, paths } from './generated/schema.js';
import { Transport, type TransportOptions } from './transport.js';

export type ClientOptions = TransportOptions;

export interface Client extends Pick<FetchClient<paths>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'> {
  /** Server-Sent Events of a path under the base URL, with its query. */
  eventStream(path: string, options?: EventStreamOptions): AsyncGenerator<StreamedEvent>;
  /** Sends a gzipped tar as a source. An attempt may take as long as it takes. */
  upload(query: Readonly<Record<string, string>>, archive: Blob, signal?: AbortSignal): Promise<Upload>;
}

type Upload = components['schemas']['Upload'];

/**
 * A typed client of the whole API. A call resolves only with a success; everything else is thrown.
 *
 * @throws ApiProblem what the server refused; ServerUnreachable when no answer came
 */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport(options);
  const { GET, POST, PUT, PATCH, DELETE, use } = createFetchClient<paths>({
    baseUrl: transport.baseUrl,
    fetch: (request) => transport.send(() => request.clone()),
  });
  use({ onRequest: ({ request }) => void withIdempotencyKey(request) });
  return {
    ...{ GET, POST, PUT, PATCH, DELETE },
    eventStream: (path, streamOptions) =>
      eventStream({ transport, clock: options.clock ?? systemClock }, path, streamOptions),
    upload: (query, archive, signal) => upload(transport, query, archive, signal),
  };
}

/** Made once per call, not per attempt: a repeat is the same request. */
function withIdempotencyKey(request: Request): void {
  if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
    request.headers.set('idempotency-key', crypto.randomUUID());
  }
}

async function upload(
  transport: Transport,
  query: Readonly<Record<string, string>>,
  archive: Blob,
  signal?: AbortSignal,
): Promise<Upload> {
  const url = `${transport.baseUrl}/v1/uploads?${new URLSearchParams(query)}`;
  const headers = { 'content-type': 'application/gzip', 'idempotency-key': crypto.randomUUID() };
  const make = () => new Request(url, { method: 'POST', headers, body: archive });
  const response = await transport.send(make, { attemptMilliseconds: null, signal });
  return (await response.json()) as Upload;
}

/** The answer of a call: `const me = await answerOf(client.GET('/v1/me'))`. */
export async function answerOf<Answer>(call: Promise<{ data?: Answer }>): Promise<NonNullable<Answer>> {
  return (await call).data as NonNullable<Answer>;
}
