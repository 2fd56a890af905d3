import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const SERVICE = join(import.meta.dirname, '../../../bench/growth/service.mjs');

type Told = Readonly<Record<'url' | 'token' | 'projectId', string>>;

let database: TestDatabase;
let service: ChildProcess;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  service.kill();
  await database.drop();
});

it('the rows that benchmarks begin with are workloads that run, as if each had been deployed', async () => {
  service = fork(SERVICE, [database.url, '3', 'filled'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(service, 'exit').then(([code]): never => {
    throw new Error(`the benchmark's service ended with ${code}`);
  });
  const [{ url, token, projectId }] = (await Promise.race([once(service, 'message'), ended])) as [Told];

  const answer = await fetch(`${url}/v1/workloads?project=${projectId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const ready = { type: 'Ready', status: 'true' };
  expect(await answer.json()).toMatchObject({ items: [1, 2, 3].map(() => ({ conditions: [ready] })) });
});
