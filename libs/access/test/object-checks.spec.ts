import { Writable } from 'node:stream';
import { LOGGER } from '@berth/service-kit';
import { startTestService } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { UNCHECKED_ANSWERS } from '../src/access-options.js';
import { TestIdentity } from '../src/testing.js';
import { probe } from './fixtures/probe.service-definition.js';

it('a service that has not adopted refusal lets the answer out, and logs the route as an error', async () => {
  const logged: string[] = [];
  const sink = new Writable({ write: (chunk: Buffer, _, done) => (logged.push(chunk.toString()), done()) });
  const overrides = [
    [UNCHECKED_ANSWERS, 'log'],
    [LOGGER, pino({ level: 'error' }, sink)],
  ] as const;
  const service = await startTestService(probe, { overrides });
  const identity = await TestIdentity.create(service.database);
  const headers = { authorization: `Bearer ${await identity.token()}` };
  const response = await fetch(`${service.url}/v1/forgetful`, { method: 'POST', headers });
  await service.close();
  expect(response.status).toBe(201);
  expect(logged.join('')).toContain('ProbeController.forgetful requires a permission');
});
