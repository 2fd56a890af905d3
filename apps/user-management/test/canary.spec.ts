import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { LOGGER } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
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

it('no secret of a machine, a device, a second factor or a recovery lies in a row, an event or a log line', async () => {
  const person = await identity.person();
  const { organization, access } = await identity.organization(person.accessToken);
  const call = async (method: string, path: string, body?: object) => {
    const options = { token: person.accessToken, headers: { 'berth-access': access }, ...(body ? { body } : {}) };
    const answer = await identity.call(method, path, options);
    expect({ path, isGood: answer.status < 300 }).toEqual({ path, isGood: true });
    return answer.body;
  };
  const form = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${identity.service.url}/v1/oauth/${path}`, { method: 'POST', body });
    return (await response.json()) as Record<string, string>;
  };
  const account = await call('POST', '/v1/service-accounts', {
    organizationId: organization.id,
    name: 'ci',
    role: 'viewer',
  });
  const { clientId, clientSecret } = await call('POST', `/v1/service-accounts/${String(account['id'])}/secrets`, {});
  const client = { client_id: String(clientId), client_secret: String(clientSecret) };
  const machine = await form('token', { grant_type: 'client_credentials', ...client });
  await form('token', { grant_type: 'client_credentials', ...client, client_secret: `${String(clientSecret)}x` });
  await form('introspect', { token: person.refreshToken, ...client });
  const apiToken = String((await call('POST', '/v1/api-tokens', { name: 'ci', scopes: ['apps:read'] }))['token']);
  await identity.call('POST', '/v1/auth/token', { body: { apiToken } });
  await form('introspect', { token: apiToken, ...client });
  const ofOrganization = { organizationId: organization.id, name: 'ci', role: 'viewer', scopes: ['apps:read'] };
  const organizationToken = String((await call('POST', '/v1/organization-tokens', ofOrganization))['token']);
  const exchanged = await identity.call('POST', '/v1/auth/token', { body: { apiToken: organizationToken } });
  const device = await form('device_authorization', { client_id: 'berth-cli' });
  await call('POST', '/v1/auth/device', { userCode: device['user_code'], decision: 'approve' });
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const granted = await form('token', { grant_type, device_code: String(device['device_code']) });
  const totp = await call('POST', '/v1/auth/totp', { password: person.password });
  const code = (URI.parse(String(totp['uri'])) as TOTP).generate();
  const { recoveryCodes } = await call('POST', '/v1/auth/totp/confirm', { code });
  await identity.call('POST', '/v1/auth/recovery', { body: { email: person.email } });
  const reset = await identity.codeFor(person.email, 2);
  const body = { token: reset, password: 'another horse battery 8' };
  expect((await identity.call('POST', '/v1/auth/recovery/complete', { body })).status).toBe(204);

  const secrets = [clientSecret, machine['access_token'], apiToken, device['device_code'], granted['access_token']];
  secrets.push(granted['refresh_token'], totp['secret'], ...(recoveryCodes as string[]), reset, body.password);
  secrets.push(organizationToken, exchanged.body['accessToken']);
  expect(secrets).toHaveLength(21);
  await eventually(async () => expect(await identity.database.query('select from mail')).toHaveLength(0));
  const places = { rows: await everythingStored(), logs: logged.join('\n') };
  expect(places.rows).toContain(String(clientId));
  for (const [place, text] of Object.entries(places))
    for (const shape of secrets.map(String).flatMap(shapesOf))
      expect({ place, holds: text.includes(shape) }).toEqual({ place, holds: false });
});

it('no secret of a changed account, an invitation, a provider or an impersonation lies in a row, an event or a log line', async () => {
  const [owner, guest] = [await identity.person(), await identity.person()];
  const { organization, access } = await identity.organization(owner.accessToken);
  const answers: string[] = [];
  const call = async (path: string, body: object, token = owner.accessToken, status?: number) => {
    const answer = await identity.call('POST', path, { body, token, headers: { 'berth-access': access } });
    expect({ path, status: answer.status }).toEqual({ path, status: status ?? expect.any(Number) });
    answers.push(JSON.stringify(answer.body ?? null));
    return answer.body;
  };
  const canary = () => `canary ${randomBytes(9).toString('base64')}`;
  const [password, wrong, clientSecret] = [canary(), canary(), canary()];
  const change = { currentPassword: owner.password, password };
  await call('/v1/auth/password', { ...change, currentPassword: wrong }, owner.accessToken, 422);
  await call('/v1/auth/password', change, owner.accessToken, 204);
  await call('/v1/auth/step-up', { password: wrong });
  await call('/v1/auth/step-up', { password }, owner.accessToken, 200);
  const email = `${randomBytes(6).toString('hex')}@example.com`;
  await call('/v1/me/email', { email }, owner.accessToken, 202);
  const proof = await identity.codeFor(email);
  await call('/v1/me/email/confirm', { token: `${proof}x` }, owner.accessToken, 422);
  await call('/v1/me/email/confirm', { token: proof }, owner.accessToken, 204);
  const [organizationId, role] = [organization.id, 'viewer'];
  await call('/v1/invitations', { organizationId, email: guest.email, role }, owner.accessToken, 201);
  const invited = await identity.codeFor(guest.email, 2);
  await call('/v1/invitations/accept', { token: invited }, owner.accessToken, 403);
  await call('/v1/invitations/accept', { token: invited }, guest.accessToken, 201);
  const provider = { displayName: 'Login', endpoints: { kind: 'oidc', issuer: 'https://login.example.com' } };
  const made = { organizationId, ...provider, clientId: 'berth', clientSecret };
  await call('/v1/identity-providers', { ...made, unknown: 1 }, owner.accessToken, 422);
  await call('/v1/identity-providers', made, owner.accessToken, 201);

  const [{ id: userId }] = (await identity.database.query<{ id: string }>(
    'update app_user set administrator = true where email = $1 returning id',
    [email],
  )) as [{ id: string }];
  const admin = (await identity.login(email, password)).body;
  const [guestId] = await identity.database.query<{ id: string }>('select id from app_user where email = $1', [
    guest.email,
  ]);
  const at = '/v1/admin/user-management';
  const because = { reason: 'ticket 4711' };
  const { id } = await call(`${at}/users/${guestId?.id}/impersonations`, because, admin.accessToken, 201);
  await call(`/v1/me/impersonations/${String(id)}/consent`, {}, guest.accessToken, 200);
  const secrets = [password, wrong, clientSecret, proof, invited];
  for (const answer of answers) for (const secret of secrets) expect(answer).not.toContain(secret);
  const looking = await call(`${at}/impersonations/${String(id)}/token`, {}, admin.accessToken, 200);
  secrets.push(String(looking['accessToken']), admin.accessToken, admin.refreshToken, guest.accessToken);

  await eventually(async () => expect(await identity.database.query('select from mail')).toHaveLength(0));
  const places = { rows: await everythingStored(), logs: logged.join('\n') };
  expect(places.rows).toContain(userId);
  for (const [place, text] of Object.entries(places))
    for (const shape of secrets.flatMap(shapesOf))
      expect({ place, holds: text.includes(shape) }).toEqual({ place, holds: false });
});

it('mail that waits to be sent can be read by nobody who has the database alone', async () => {
  const rows = await IdentityService.during({ ROLE: 'api' }, async (waiting) => {
    await waiting.call('POST', '/v1/auth/register', { body: { email: 'ada@example.com', password: 'canary canary' } });
    return waiting.database.query<{ sealed: Buffer }>('select sealed from mail');
  });
  expect(rows).toHaveLength(1);
  for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toMatch(/Code|ada@/);
});
