import { eventually, startTestService, testDatabase, type TestDatabase, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Counter } from 'prom-client';
import { Readiness } from '../src/index.js';
import { notes } from './fixtures/notes.service-definition.js';

let service: TestService;
/** Another database of the same server: what is done to that of the service is done from here. */
let elsewhere: TestDatabase;

beforeAll(async () => {
  elsewhere = await testDatabase();
  service = await startTestService(notes, { environment: { GREETING: 'hello', LOG_LEVEL: 'silent' } });
});
afterAll(async () => {
  await service?.close();
  await elsewhere?.drop();
});

async function ask(path: string) {
  const answer = await fetch(`${service.url}${path}`);
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as object,
  };
}
const ready = { status: 200, body: { status: 'ok' } };
const notReady = (detail: string) => ({ status: 503, retryAfter: '1', body: { code: 'not_ready', detail } });

/** As a server does that is being restored, or is full: connections end, and no new one is taken. */
async function close(name: string): Promise<void> {
  await elsewhere.database.query(`alter database ${name} with allow_connections false`);
  await elsewhere.database.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = current_user',
    [name],
  );
}
const open = (name: string) => elsewhere.database.query(`alter database ${name} with allow_connections true`);

describe('a service', () => {
  it('whose database takes no connection is alive and not ready, and is ready again by itself', async () => {
    const name = new URL(service.databaseUrl).pathname.slice(1);
    await close(name);
    // A connection that is just ending is not yet one that ended.
    await eventually(async () => expect(await ask('/readyz')).toMatchObject(notReady('The database does not answer.')));
    expect(await ask('/healthz')).toMatchObject(ready);
    await open(name);
    await eventually(async () => expect(await ask('/readyz')).toMatchObject(ready));
  });

  it('that waits for something else is not ready meanwhile, and says for what', async () => {
    let missing: string | undefined = 'No broker answers.';
    service.app.get(Readiness).add(() => missing);
    expect(await ask('/readyz')).toMatchObject(notReady('No broker answers.'));
    expect(await ask('/healthz')).toMatchObject(ready);
    missing = undefined;
    expect(await ask('/readyz')).toMatchObject(ready);
  });

  it('tells what it counts in the words of Prometheus', async () => {
    new Counter({ name: 'notes_lost_total', help: 'Notes that were lost.', labelNames: ['to'] }).inc({ to: 'sea' }, 3);
    const answer = await fetch(`${service.url}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain(
      '# HELP notes_lost_total Notes that were lost.\n# TYPE notes_lost_total counter\nnotes_lost_total{to="sea"} 3\n',
    );
  });
});
