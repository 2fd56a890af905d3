import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, fromSources, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, 'fixtures/notes.main.ts');

let database: TestDatabase;
let child: ChildProcess | undefined;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => database.drop());

/** The service as a process of its own, told by its environment alone. */
function start(environment: Record<string, string>) {
  const started = spawn(process.execPath, fromSources(main), {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...environment },
  });
  child = started;
  const said = { out: '', error: '' };
  started.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  started.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()));
  return { started, said, ended: once(started, 'close') };
}

describe('the program of a service', () => {
  it('says where it answers, and ends well when it is told to', async () => {
    const { started, said, ended } = start({ DATABASE_URL: database.url, GREETING: 'hello' });
    // It compiles what it runs; the limit only guards against hanging.
    await eventually(() => expect(said.out).toContain('"ready":true'), { within: 240_000 });
    const { service, url } = JSON.parse(said.out) as { service: string; url: string };
    expect(service).toBe('metering');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    started.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(said.error).toBe('');
  }, 300_000);

  it('that is told wrongly names all that is wrong, without where in the code, and fails', async () => {
    const { said, ended } = start({ DATABASE_URL: 'mysql://x', PORT: '99999' });
    expect(await ended).toEqual([1, null]);
    expect(said.out).toBe('');
    expect(said.error.match(/^ {2}[A-Z_]+: /gm)?.sort()).toEqual(['  DATABASE_URL: ', '  GREETING: ', '  PORT: ']);
    expect(said.error).not.toMatch(/^ +at /m);
  }, 300_000);

  it('that finds no database says so and fails', async () => {
    const { said, ended } = start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', GREETING: 'hello' });
    expect(await ended).toEqual([1, null]);
    expect(said.error).toContain('ECONNREFUSED');
  }, 300_000);
});
