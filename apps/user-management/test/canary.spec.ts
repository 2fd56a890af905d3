import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { LOGGER } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { IdentityService } from './fixtures/identity-service.js';

const logged: string[] = [];
const sink = new Writable({ write: (chunk: Buffer, _, done) => (logged.push(chunk.toString()), done()) });

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({}, [[LOGGER, pino({ level: 'trace' }, sink)]]);
});
afterAll(() => identity.close());

/** Every row of every table, the outbox and the log of the bus among them. */
async function everythingStored(): Promise<string> {
  const tables = await identity.database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      identity.database.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

const shapesOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

it('no password and no token lies in a row, an event or a log line, nor comes back in an answer', async () => {
  const password = `canary ${randomBytes(9).toString('base64')}`;
  const email = 'canary@example.com';
  const answers: string[] = [];
  const post = async (path: string, body: object, token?: string) => {
    const answer = await identity.call('POST', path, { body, ...(token ? { token } : {}) });
    answers.push(JSON.stringify(answer.body));
    return answer;
  };
  await post('/v1/auth/register', { email, password });
  await post('/v1/auth/register', { email, password, unknown: 1 });
  const code = await identity.codeFor(email);
  await post('/v1/auth/verify-email', { token: code });
  await post('/v1/auth/verify-email', { token: code });
  await post('/v1/auth/login', { email, password: `${password}!` });
  const first = (await identity.login(email, password)).body;
  const second = (await identity.call('POST', '/v1/auth/refresh', { body: { refreshToken: first.refreshToken } })).body;
  const { organization } = await identity.organization(first.accessToken);
  await post('/v1/auth/refresh', { refreshToken: `${first.refreshToken}x` });
  await post('/v1/auth/logout', {}, first.accessToken);

  const secrets = [password, code, first.accessToken, first.refreshToken];
  secrets.push(String(second['accessToken']), String(second['refreshToken']));
  await eventually(async () => {
    const trail = await identity.database.query('select from audit_trail where organization_id = $1', [
      organization.id,
    ]);
    expect(trail).toHaveLength(1);
    expect(await identity.database.query('select from mail')).toHaveLength(0);
  });
  const places = { rows: await everythingStored(), logs: logged.join('\n'), answers: answers.join('\n') };
  expect(places.rows).toContain(organization.id);
  for (const [place, text] of Object.entries(places)) {
    for (const shape of secrets.flatMap(shapesOf))
      expect({ place, holds: text.includes(shape) }).toEqual({ place, holds: false });
  }
  // Ids and nothing else travel on the bus.
  const events = await identity.database.query<{ event: string }>('select event::text from berth_bus.message');
  expect(events.length).toBeGreaterThan(5);
  for (const { event } of events) expect(event).not.toContain(email);
});

it('mail that waits to be sent can be read by nobody who has the database alone', async () => {
  const rows = await IdentityService.during({ ROLE: 'api' }, async (waiting) => {
    await waiting.call('POST', '/v1/auth/register', { body: { email: 'ada@example.com', password: 'canary canary' } });
    return waiting.database.query<{ sealed: Buffer }>('select sealed from mail');
  });
  expect(rows).toHaveLength(1);
  for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toMatch(/Code|ada@/);
});
