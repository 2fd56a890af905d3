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
  const position: Position = { lastEventId: options.lastEventId, failures: 0 };
  while (!options.signal?.aborted) {
    try {
      const sawLast = yield* connection({ transport, clock }, path, options, position);
      if (sawLast || (!options.follow && !options.isLast)) return;
    } catch (error) {
      if (options.signal?.aborted) return;
      if (error instanceof ApiProblem || (position.failures += 1) > RESUMES) throw error;
    }
    await clock.pause(PAUSE * Math.max(1, position.failures), options.signal);
  }
}

/** Where a reader is, over all its connections. */
interface Position {
  lastEventId: string | undefined;
  /** Breaks since the last event. */
  failures: number;
}

/** One connection, until the server or the network ends it. Answers whether the last event was seen. */
async function* connection(
  { transport, clock }: { transport: Transport; clock: Clock },
  path: string,
  { signal, isLast }: EventStreamOptions,
  position: Position,
): AsyncGenerator<StreamedEvent, boolean> {
  const url = `${transport.baseUrl}${path}`;
  const resume = position.lastEventId === undefined ? {} : { 'last-event-id': position.lastEventId };
  const headers = { accept: 'text/event-stream', ...resume };
  const response = await transport.send(() => new Request(url, { headers }), { signal });
  for await (const message of messages(response, clock, url)) {
    const event = { ...message, data: JSON.parse(message.data) as unknown };
    position.failures = 0;
    position.lastEventId = event.id ?? position.lastEventId;
    yield event;
    if (isLast?.(event)) return true;
  }
  return false;
}

async function* messages(response: Response, clock: Clock, url: string): AsyncGenerator<EventSourceMessage> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  try {
    for (;;) {
      const { done, value } = await orSilence(reader.read(), clock, url);
      if (done) return;
      parser.feed(value);
      yield* arrived.splice(0);
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
