import { Writable } from 'node:stream';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { LOGGER } from '../src/index.js';
import { notes } from './fixtures/notes.service-definition.js';

let lines: string[] = [];
const sink = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) });
const errors = () =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ level }) => level === 50);

let service: TestService;
beforeAll(async () => {
  service = await startTestService(notes, {
    environment: { GREETING: 'hello' },
    overrides: [[LOGGER, pino({ level: 'info' }, sink)]],
  });
});
afterAll(() => service.close());
beforeEach(() => void (lines = []));

const read = (id: string) =>
  fetch(`${service.url}/v1/notes/${id}`, { headers: { 'if-match': '"7"', 'x-correlation-id': `asked-for-${id}` } });

describe('the log', () => {
  it('has what nobody foresaw, once, with where it happened', async () => {
    expect((await read('bug')).status).toBe(500);
    await eventually(() => expect(errors()).toHaveLength(1));
    const stack = expect.stringContaining('notes.service-definition');
    expect(errors()).toMatchObject([{ msg: 'request failed', err: { message: 'secret detail', stack } }]);
  });

  it('has what something else failed that the service needs', async () => {
    expect((await read('outage')).status).toBe(503);
    await eventually(() => expect(errors()).toMatchObject([{ msg: 'request failed' }]));
  });

  it('has no error when the answer was foreseen', async () => {
    expect((await read('missing')).status).toBe(404);
    expect((await read('1')).status).toBe(200);
    expect((await read('bug')).status).toBe(500);
    await eventually(() => expect(errors()).toHaveLength(1));
  });
});
