import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Clock } from './clock.js';
import { ApiProblem, ServerUnreachable } from './errors.js';
import type { Transport } from './transport.js';

export interface StreamedEvent {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  /** Parsed JSON. */
  readonly data: unknown;
}

export interface EventStreamOptions {
  /** Starts after this event. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
  /** The event after which nothing comes. Without it, what the server does at the end decides. */
  readonly isLast?: (event: StreamedEvent) => boolean;
  /** The server's end is not the end: it closes a stream when the token ends, and goes on where it was. */
  readonly follow?: boolean;
}

/** The server says something every 15 s; three times silent, and the connection is dead. */
const SILENCE = 45_000;
const RESUMES = 6;
const PAUSE = 500;

/**
 * Server-Sent Events (WHATWG HTML, section 9.2) over fetch, so that the token stays out of the URL. After a break it
 * resumes by Last-Event-ID; it gives up when no event came in several resumes in a row.
 *
 * @throws ApiProblem when the stream is refused, ServerUnreachable when it cannot be resumed
 */
export async function* eventStream(
  { transport, clock }: { transport: Transport; clock: Clock },
  path: string,
  options: EventStreamOptions = {},
): AsyncGenerator<StreamedEvent> {
  let last = options.lastEventId;
  let failures = 0;
  while (!options.signal?.aborted) {
    try {
      for await (const event of connection({ transport, clock }, path, { ...options, lastEventId: last })) {
        failures = 0;
        last = event.id ?? last;
        yield event;
        if (options.isLast?.(event)) return;
      }
      if (!options.follow && !options.isLast) return;
    } catch (error) {
      if (options.signal?.aborted) return;
      if (error instanceof ApiProblem || (failures += 1) > RESUMES) throw error;
    }
    await clock.pause(PAUSE * Math.max(1, failures), options.signal);
  }
}

type ConnectionOptions = Pick<EventStreamOptions, 'signal'> & { readonly lastEventId: string | undefined };

/** One connection, until the server or the network ends it. */
async function* connection(
  { transport, clock }: { transport: Transport; clock: Clock },
  path: string,
  { signal, lastEventId }: ConnectionOptions,
): AsyncGenerator<StreamedEvent> {
  const url = `${transport.baseUrl}${path}`;
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await transport.send(() => new Request(url, { headers }), { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  try {
    for (;;) {
      const { done, value } = await orSilence(reader.read(), clock, url);
      if (done) return;
      parser.feed(value);
      for (const event of arrived.splice(0)) yield { ...event, data: JSON.parse(event.data) as unknown };
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function orSilence<Result>(reading: Promise<Result>, clock: Clock, url: string): Promise<Result> {
  const heard = new AbortController();
  const silence = clock.pause(SILENCE, heard.signal).then(() => {
    throw new ServerUnreachable(url, new Error('the stream fell silent'));
  });
  silence.catch(() => undefined);
  try {
    return await Promise.race([reading, silence]);
  } finally {
    heard.abort();
  }
}
