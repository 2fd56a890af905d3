import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../time/clock.js';

export interface StreamEvent {
  /** What a reader sends back as `Last-Event-ID` to resume after it. */
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

export interface EventStreamOptions {
  readonly clock: Clock;
  /** The stream ends then: when the token does. */
  readonly until?: Date;
  readonly heartbeatSeconds?: number;
}

/**
 * Server-Sent Events (WHATWG HTML, section 9.2) from an async sequence. `events` gets a signal that aborts when the reader
 * leaves, when `until` has come or when the server ends, and must then end. The reader sets the pace. A comment every
 * 15 s keeps proxies from closing a quiet stream.
 */
export async function sendEventStream(
  reply: FastifyReply,
  events: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  options: EventStreamOptions,
): Promise<void> {
  const { clock, until, heartbeatSeconds = 15 } = options;
  const ended = new AbortController();
  const end = () => ended.abort();
  reply.hijack();
  const out = reply.raw;
  out.once('close', end);
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  out.writeHead(200, headers as Record<string, string>).flushHeaders();
  const stopHeartbeat = clock.every(heartbeatSeconds * 1_000, () => out.write(': still here\n\n'));
  const stopClock = until ? clock.after(Math.max(0, until.getTime() - clock.now().getTime()), end) : () => undefined;
  try {
    for await (const event of events(ended.signal)) {
      if (!out.write(format(event))) await once(out, 'drain', { signal: ended.signal });
    }
  } catch (error) {
    // The reader left: nobody is there to be told. Anything else breaks the connection at the edge, so that the reader resumes.
    if (!ended.signal.aborted) throw error;
  } finally {
    stopHeartbeat();
    stopClock();
  }
  out.end();
}

function format(event: StreamEvent): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  const name = event.event === undefined ? '' : `event: ${event.event}\n`;
  return `${id}${name}data: ${JSON.stringify(event.data)}\n\n`;
}
