import { randomUUID } from 'node:crypto';
import { logLine } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start();
  scene = await Scene.make(platform);
  await scene.deployLive('talks');
});
beforeEach(() => print('web', randomUUID()));
afterAll(() => platform.close());

const print = (process: string, text: string, at?: Date) =>
  platform.runtime.journal.print(scene.id, { process, text }, at);

interface Event {
  readonly id: string;
  readonly text: string;
}

/** What a reader has got so far; `text` of each line and the cursor to resume after. */
class Reader {
  readonly events: Event[] = [];
  ended = false;
  status = 0;
  private readonly leaving = new AbortController();

  constructor(
    private readonly query: string,
    private readonly token: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  async open(): Promise<this> {
    const response = await fetch(`${platform.service.url}/v1/workloads/${scene.id}/logs?${this.query}`, {
      headers: { authorization: `Bearer ${this.token}`, ...this.headers },
      signal: this.leaving.signal,
    });
    this.status = response.status;
    void this.read(response).catch(() => undefined);
    return this;
  }

  leave(): void {
    this.leaving.abort();
  }

  async done(): Promise<Event[]> {
    await eventually(() => expect(this.ended).toBe(true));
    return this.events;
  }

  private async read(response: Response): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = parts.pop() ?? '';
      this.events.push(...parts.filter((part) => !part.startsWith(':')).map(parse));
    }
    this.ended = true;
  }
}

function parse(event: string): Event {
  const fields = new Map(event.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  expect(fields.get('event')).toBe('line');
  const line = logLine.parse(JSON.parse(fields.get('data')!));
  expect(line.cursor).toBe(fields.get('id'));
  return { id: line.cursor, text: line.text };
}

const tokenOf = (options: object = {}) => platform.identity.token({ subjectId: scene.ownerId, ...options });
const read = async (query = '', headers: Record<string, string> = {}) =>
  (await new Reader(query, await tokenOf(), headers).open()).done();
const texts = (events: readonly Event[]) => events.map((each) => each.text);

describe('logs', () => {
  it('end after the stored lines', async () => {
    print('web', 'one');
    print('web', 'two\nwith a break and \u{1F600}');
    expect(texts(await read()).slice(-2)).toEqual(['one', 'two\nwith a break and \u{1F600}']);
  });

  it('are cut by process, number and time', async () => {
    print('worker', 'by-worker');
    expect(texts(await read('process=worker'))).toEqual(['by-worker']);
    expect(texts(await read('tail=1'))).toEqual(['by-worker']);
    expect(texts(await read('tail=0'))).toEqual([]);
    print('web', 'in the future', new Date(Date.now() + 3_600_000));
    const since = new Date(Date.now() + 60_000).toISOString();
    expect(texts(await read(`since=${since}`))).toEqual(['in the future']);
    for (const bad of ['tail=-1', 'tail=x', 'since=yesterday', 'process=WEB'])
      expect((await scene.owner.refusal('GET', `/v1/workloads/${scene.id}/logs?${bad}`)).status).toBe(422);
  });

  it('go on while they are followed, until the reader leaves', async () => {
    const reader = await new Reader('follow=true&tail=0', await tokenOf()).open();
    await eventually(() => expect(reader.status).toBe(200));
    await eventually(() => {
      print('web', 'still talking');
      expect(texts(reader.events)).toContain('still talking');
    });
    reader.leave();
    expect(reader.ended).toBe(false);
  });

  it('are resumed after the last line that the reader has, without a gap or a repetition', async () => {
    print('web', 'before');
    const first = await read();
    print('web', 'meanwhile');
    print('web', 'after');
    const lastEventId = first.at(-1)!.id;
    expect(texts(await read('', { 'last-event-id': lastEventId }))).toEqual(['meanwhile', 'after']);
    expect(texts(await read(`after=${lastEventId}`))).toEqual(['meanwhile', 'after']);
  });

  it('end when the token does', async () => {
    let seconds = 1;
    // On a slow machine a token may end before anything was read: another one lasts longer.
    await eventually(async () => {
      const reader = await new Reader('follow=true', await tokenOf({ expiresIn: ++seconds })).open();
      await reader.done();
      expect(reader.events.length).toBeGreaterThan(0);
    });
  });

  it('show nothing more once the session is revoked', async () => {
    const sessionId = randomUUID();
    const reader = await new Reader('follow=true&tail=0', await tokenOf({ sessionId })).open();
    await platform.identity.revokeSession(sessionId);
    await eventually(() => {
      print('web', `secret talk ${randomUUID()}`);
      expect(reader.ended).toBe(true);
    });
    const seen = reader.events.length;
    print('web', 'never seen');
    expect(reader.events).toHaveLength(seen);
  });

  it('need the right to read logs', async () => {
    const path = `/v1/workloads/${scene.id}/logs`;
    expect((await (await scene.member('billing')).refusal('GET', path)).status).toBe(403);
    expect((await (await scene.member('viewer')).send('GET', path)).status).toBe(200);
    const narrow = platform.client(await tokenOf({ scopes: ['workloads:read'] }));
    expect((await narrow.refusal('GET', path)).status).toBe(403);
  });
});
