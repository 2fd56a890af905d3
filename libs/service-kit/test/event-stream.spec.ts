import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { eventually } from '@berth/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { sendEventStream, type StreamEvent } from '../src/index.js';
import { CountedClock } from './fixtures/counted-clock.js';

type Events = (signal: AbortSignal) => AsyncIterable<StreamEvent>;
interface Stream {
  readonly url: string;
  readonly clock: CountedClock;
  /** Settles as what the route called did. */
  readonly ended: Promise<unknown>;
}

let server: FastifyInstance | undefined;
afterEach(async () => {
  server?.server.closeAllConnections();
  await server?.close();
});

async function serve(events: Events, options: { until?: Date; heartbeatSeconds?: number } = {}): Promise<Stream> {
  const clock = new CountedClock();
  const ended = Promise.withResolvers<unknown>();
  server = fastify();
  server.get('/', async (_request, reply) => {
    void reply.header('x-correlation-id', 'c1');
    await sendEventStream(reply, events, { clock, ...options }).then(
      () => ended.resolve('ended'),
      (error: unknown) => ended.resolve(error),
    );
  });
  return { url: await server.listen({ port: 0, host: '127.0.0.1' }), clock, ended: ended.promise };
}

async function open(url: string): Promise<IncomingMessage> {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return answer.setEncoding('utf8').on('error', () => undefined);
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
/** Nothing, until it has to end. */
async function* silent(signal: AbortSignal): AsyncGenerator<StreamEvent> {
  if (!signal.aborted) await untilAborted(signal);
}

describe('a stream of events', () => {
  it('is what a browser reads as events, with the headers of the answer and never kept', async () => {
    const { url, ended } = await serve(async function* () {
      yield { data: { n: 1 } };
      yield { id: '7', event: 'line', data: 'one\ntwo' };
    });
    const answer = await fetch(url);
    expect(await answer.text()).toBe('data: {"n":1}\n\nid: 7\nevent: line\ndata: "one\\ntwo"\n\n');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-correlation-id': 'c1' },
    });
    expect(await ended).toBe('ended');
  });

  it('begins before there is anything to tell, and is kept open by comments', async () => {
    const { url, clock } = await serve(silent, { heartbeatSeconds: 3 });
    const answer = await open(url);
    expect(answer.statusCode).toBe(200);
    clock.pass(3_000);
    expect(await once(answer, 'data')).toEqual([': still here\n\n']);
  });

  it('ends when the token does, and leaves no timer', async () => {
    const { url, clock, ended } = await serve(silent, { until: new Date(1_090_000) });
    const answer = await open(url);
    expect([...clock.timers].map(({ milliseconds }) => milliseconds)).toEqual([15_000, 90_000]);
    clock.pass(90_000);
    await once(answer.resume(), 'end');
    expect([await ended, clock.timers.size]).toEqual(['ended', 0]);
  });

  it('of a token that is over ends as soon as time goes on', async () => {
    const { url, clock } = await serve(silent, { until: new Date(999_999) });
    const answer = await open(url);
    clock.pass(0);
    await once(answer.resume(), 'end');
  });

  it('is over for its source when the reader leaves, which is no failure', async () => {
    const { url, clock, ended } = await serve(silent);
    (await open(url)).destroy();
    expect(await ended).toBe('ended');
    expect(clock.timers.size).toBe(0);
  });

  it('does not call a failure what its source throws because the reader left', async () => {
    const { url, ended } = await serve(async function* (signal) {
      await untilAborted(signal);
      yield* [];
      throw new Error('interrupted');
    });
    (await open(url)).destroy();
    expect(await ended).toBe('ended');
  });

  it('is not ended well when its source fails: the reader must not take it for whole', async () => {
    const failing = Promise.withResolvers<never>();
    const { url, clock, ended } = await serve(async function* () {
      yield { data: 1 };
      yield await failing.promise;
    });
    const answer = await open(url);
    await once(answer, 'data');
    failing.reject(new Error('the source broke'));
    expect(await ended).toEqual(new Error('the source broke'));
    expect([answer.complete, clock.timers.size]).toEqual([false, 0]);
  });

  it('is told no faster than it is read', async () => {
    const [all, data] = [4_000, 'x'.repeat(65_536)];
    let told = 0;
    const { url, ended } = await serve(async function* () {
      for (; told < all; told++) yield { data };
    });
    // Nothing is read: what fits into buffers on the way is all that is asked for, of 256 MiB.
    const answer = (await open(url)).pause();
    let before = -1;
    await eventually(() => {
      const since = before;
      before = told;
      expect(told).toBe(since);
    });
    expect(told).toBeLessThan(all);
    answer.destroy();
    expect(await ended).toBe('ended');
    expect(told).toBeLessThan(all);
  });
});
