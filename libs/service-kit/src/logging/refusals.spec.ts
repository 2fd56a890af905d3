import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { logRefusal, logRefusedInput, type RefusedRequest } from './refusals.js';

const route = { method: 'POST', ip: '192.0.2.1', routeOptions: { url: '/v1/secrets/:id' } };
const caller = { subjectId: 'u1', sessionId: 's1' };

function logged(status: number, request: RefusedRequest): Record<string, unknown>[] {
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) });
  const logger = createLogger('metering', 'info', sink);
  logRefusal(logger, request, { status, code: 'c' });
  logRefusedInput(logger, request, { status, code: 'c' });
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what is logged of a request that was refused', () => {
  it.each([
    ...[401, 403, 429].map((status) => [status, 'refused'] as const),
    ...[400, 413, 415, 422].map((status) => [status, 'input refused'] as const),
  ])('is said once of %i: %s', (status, security) => {
    expect(logged(status, { ...route, caller })).toMatchObject([
      {
        ...{ msg: 'request refused', service: 'metering', security, status, code: 'c', method: 'POST' },
        ...{ route: '/v1/secrets/:id', address: '192.0.2.1', subjectId: 'u1', sessionId: 's1' },
      },
    ]);
  });

  it.each([200, 204, 304, 404, 409, 412, 500, 503])('is nothing of %i, which refuses nobody', (status) => {
    expect(logged(status, { ...route, caller })).toEqual([]);
  });

  it('says that nobody was known where nobody was, and that no route was found where none was', () => {
    const [line] = logged(401, { ...route, routeOptions: {} });
    expect(line).toMatchObject({ subjectId: null, sessionId: null, route: null });
  });

  it('holds nothing of what was sent, where secrets may be', () => {
    const sent = {
      ...{ url: '/v1/secrets/hunter22?token=hunter22', headers: { authorization: 'Bearer hunter22' } },
      ...{ body: { value: 'hunter22' }, params: { id: 'hunter22' }, query: { token: 'hunter22' } },
    };
    const [line] = logged(422, { ...route, ...sent, caller: { ...caller, ...{ token: 'hunter22' } } });
    expect(JSON.stringify(line)).not.toContain('hunter22');
  });
});
