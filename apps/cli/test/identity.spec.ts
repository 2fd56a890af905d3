import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, page, problem } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

withPlatform();

const at = '2026-11-21T10:00:00.000Z';
const forms = (route: string) =>
  platform.to(route).map(({ body, headers }) => {
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    return Object.fromEntries(new URLSearchParams(body.toString()));
  });

describe('login on a page', () => {
  const device = {
    ...{ device_code: 'the-device', user_code: 'BCDF-GHJK', verification_uri: 'http://b/v1/oauth/device' },
    ...{ verification_uri_complete: 'http://b/v1/oauth/device?user_code=BCDF-GHJK', expires_in: 600, interval: 0 },
  };
  const refused = (error: string) => (_: unknown, response: Parameters<typeof problem>[0]) =>
    json(response, { error, error_description: error, code: error, detail: `It is ${error}.` }, 400);
  const tokens = { access_token: 'access-9', token_type: 'Bearer', expires_in: 600, scope: '*', refresh_token: 'r' };

  beforeEach(() => {
    platform.on('POST /v1/oauth/device_authorization', device);
    platform.on('GET /v1/me', ({ headers }, response) =>
      headers.authorization === 'Bearer access-9'
        ? json(response, { id: idOf(1), email: 'ann@example.com' })
        : problem(response, 401, 'unauthenticated'),
    );
  });

  it('shows where to go with which code, waits, and is in', async () => {
    platform.onEach('POST /v1/oauth/token', refused('authorization_pending'), tokens);
    const ran = await terminal.berth(['login', '--no-browser']);
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toContain(device.verification_uri_complete);
    expect(ran.stderr).toContain('BCDF-GHJK');
    expect(ran.stderr).toContain('Logged in');
    expect(ran.stderr).not.toContain('the-device');
    expect(forms('POST /v1/oauth/device_authorization')).toEqual([{ client_id: 'berth-cli' }]);
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
    const poll = { grant_type, device_code: 'the-device', client_id: 'berth-cli' };
    expect(forms('POST /v1/oauth/token')).toEqual([poll, poll]);
    expect(await terminal.berth(['whoami'])).toMatchObject({ code: 0, stdout: 'ann@example.com\n' });
  });

  it.each([['access_denied'], ['expired_token']])(
    'exits with 3 when it is %s, and nobody is logged in',
    async (error) => {
      platform.on('POST /v1/oauth/token', refused(error));
      const ran = await terminal.berth(['login', '--no-browser']);
      expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('berth login') });
      expect(await terminal.berth(['whoami'])).toMatchObject({ code: 3 });
    },
  );

  it('gives up at once when the server fails otherwise', async () => {
    platform.on('POST /v1/oauth/token', refused('invalid_grant'));
    expect((await terminal.berth(['login', '--no-browser'])).code).not.toBe(0);
    expect(platform.to('POST /v1/oauth/token')).toHaveLength(1);
  });
});

describe('what is one’s own', () => {
  it('lists sessions and ends one, or all of them', async () => {
    const session = { id: idOf(3), createdAt: at, lastUsedAt: at, expiresAt: at, userAgent: 'curl', current: true };
    const places = [
      { address: '81.2.69.142', place: 'London' },
      { address: '192.0.2.7', place: null },
    ];
    platform.on('GET /v1/sessions', page(...places.map((each) => ({ ...session, ...each }))));
    platform.on('DELETE /v1/sessions', done);
    platform.on(`DELETE /v1/sessions/${idOf(3)}`, done);
    const listed = (await terminal.berth(['sessions', 'list'])).stdout;
    expect(listed).toMatch(/this one +curl +London \(81\.2\.69\.142\)/);
    expect(listed).toMatch(/this one +curl +192\.0\.2\.7/);
    expect(await terminal.berth(['sessions', 'revoke', idOf(3)])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['sessions', 'revoke', '--all'])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['sessions', 'revoke'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['sessions', 'revoke', idOf(3), '--all'])).toMatchObject({ code: 2 });
  });

  it('makes API tokens, whose text is the result, and revokes them', async () => {
    const shown = { id: idOf(7), name: 'ci', prefix: 'berth_abcd', scopes: ['apps:*'], createdAt: at, expiresAt: at };
    platform.on('POST /v1/api-tokens', { ...shown, lastUsedAt: null, token: 'berth_secret' });
    platform.on('GET /v1/api-tokens', page({ ...shown, lastUsedAt: null }));
    platform.on(`DELETE /v1/api-tokens/${idOf(7)}`, done);
    const made = await terminal.berth(['tokens', 'create', 'ci', '--scope', 'apps:*', 'deployments:*', '--days', '7']);
    expect(made).toMatchObject({ code: 0, stdout: 'berth_secret\n' });
    expect(platform.bodies('POST /v1/api-tokens')).toEqual([
      { name: 'ci', scopes: ['apps:*', 'deployments:*'], expiresInDays: 7 },
    ]);
    expect((await terminal.berth(['tokens', 'list'])).stdout).toContain('berth_abcd...');
    expect(await terminal.berth(['tokens', 'revoke', idOf(7)])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['tokens', 'create', 'ci', '--days', 'soon'])).toMatchObject({ code: 2 });
  });

  it('sets up a second factor on a terminal, and gives it up', async () => {
    platform.on('GET /v1/auth/totp', { enabled: false, recoveryCodesLeft: 0 });
    platform.on('POST /v1/auth/totp', (_, response) => json(response, { secret: 'BASE32', uri: 'otpauth://x' }, 201));
    platform.on('POST /v1/auth/totp/confirm', { recoveryCodes: ['one', 'two'] });
    const ran = await terminal.berth(['2fa', 'enable'], { keyboard: typing('pw', '123456') });
    expect(ran).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(ran.stderr).toContain('BASE32');
    expect(await terminal.berth(['2fa', 'disable'])).toMatchObject({ code: 2 });
    platform.on('GET /v1/auth/totp', { enabled: true, recoveryCodesLeft: 2 });
    platform.on('POST /v1/auth/totp/disable', done);
    expect((await terminal.berth(['2fa', 'status'])).stdout).toContain('2 recovery codes');
    expect(await terminal.berth(['2fa', 'enable'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['2fa', 'disable'], { keyboard: typing('pw', '123456') })).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/auth/totp/disable')).toEqual([{ password: 'pw', code: '123456' }]);
  });
});

describe('people and machines of an organization', () => {
  const secret = { id: idOf(8), prefix: 'berthsecret_abcd', createdAt: at, expiresAt: at, lastUsedAt: null };
  const account = {
    ...{ id: idOf(4), organizationId: idOf(1), name: 'ci', role: 'developer', createdAt: at, secrets: [secret] },
    scope: { kind: 'organization', id: idOf(1) },
  };

  it('invites by mail and lists who has a role', async () => {
    platform.on('POST /v1/invitations', (_, response) => json(response, { id: idOf(5) }, 201));
    const member = {
      id: idOf(6),
      email: 'bob@example.com',
      username: 'bob',
      displayName: null,
      role: 'viewer',
      createdAt: at,
    };
    platform.on('GET /v1/memberships', page({ ...member, scope: { kind: 'project', id: idOf(10) } }));
    expect(await terminal.berth(['orgs', 'invite', 'bob@example.com', '--role', 'viewer'])).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/invitations')).toEqual([
      { organizationId: idOf(1), email: 'bob@example.com', role: 'viewer' },
    ]);
    expect(await terminal.berth(['orgs', 'invite', 'b@example.com', '--role', 'king'])).toMatchObject({ code: 2 });
    expect((await terminal.berth(['orgs', 'members'])).stdout).toMatch(/bob@example.com +bob +- +viewer +project/);
  });

  it('makes service accounts and replaces their secrets, by name', async () => {
    platform.on('POST /v1/service-accounts', (_, response) => json(response, account, 201));
    platform.on('GET /v1/service-accounts', page(account));
    const secrets = `/v1/service-accounts/${idOf(4)}/secrets`;
    platform.on(`POST ${secrets}`, { ...secret, clientId: idOf(4), clientSecret: 'the-secret' });
    platform.on(`DELETE ${secrets}/${idOf(8)}`, done);
    platform.on(`DELETE /v1/service-accounts/${idOf(4)}`, done);
    expect((await terminal.berth(['service-accounts', 'create', 'ci'])).stdout).toContain(idOf(4));
    expect((await terminal.berth(['service-accounts', 'list'])).stdout).toContain('berthsecret_abcd...');
    expect((await terminal.berth(['service-accounts', 'add-secret', 'ci'])).stdout).toContain('the-secret');
    for (const which of [idOf(8), 'berthsecret_abcd'])
      expect(await terminal.berth(['service-accounts', 'revoke-secret', 'ci', which])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['service-accounts', 'delete', 'ci'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['service-accounts', 'delete', 'ci', '--yes'])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['service-accounts', 'add-secret', 'cd'])).toMatchObject({ code: 4 });
    platform.on('GET /v1/service-accounts', page(account, { ...account, id: idOf(9) }));
    expect(await terminal.berth(['service-accounts', 'add-secret', 'ci'])).toMatchObject({ code: 2 });
  });

  it('makes API tokens of the organization, and revokes them', async () => {
    const shown = {
      id: idOf(7),
      name: 'ci',
      prefix: 'berthorg_abcd',
      scopes: ['apps:*'],
      createdAt: at,
      expiresAt: at,
    };
    const token = { ...shown, role: 'viewer', scope: account.scope, organizationId: idOf(1), lastUsedAt: null };
    platform.on('POST /v1/organization-tokens', (_, response) => json(response, { ...token, token: 'the-token' }, 201));
    platform.on('GET /v1/organization-tokens', page(token));
    platform.on(`DELETE /v1/organization-tokens/${idOf(7)}`, done);
    const wanted = ['--role', 'viewer', '--scope', 'apps:*', '--days', '7'];
    expect(await terminal.berth(['orgs', 'create-token', 'ci', ...wanted])).toMatchObject({
      ...{ code: 0, stdout: 'the-token\n' },
    });
    expect(platform.bodies('POST /v1/organization-tokens')).toEqual([
      { organizationId: idOf(1), name: 'ci', role: 'viewer', scopes: ['apps:*'], expiresInDays: 7 },
    ]);
    expect((await terminal.berth(['orgs', 'tokens'])).stdout).toMatch(
      /berthorg_abcd\.\.\. +viewer +organization +apps/,
    );
    expect(await terminal.berth(['orgs', 'revoke-token', idOf(7)])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['orgs', 'create-token', 'ci', '--role', 'owner'])).toMatchObject({ code: 2 });
  });

  it('shows administrators what was done to the platform itself, and when that was changed afterwards', async () => {
    const audit = '/v1/admin/user-management/audit';
    const who = { actor: { kind: 'user', id: 'u' }, target: { kind: 'user', id: 'a' } };
    const entry = { at, action: 'users:suspend', ...who, detail: {} };
    platform.on(`GET ${audit}`, page(entry));
    const listed = await terminal.berth(['admin', 'audit', '--actor', 'u', '--limit', '7']);
    expect(listed.stdout).toMatch(/users:suspend +user a +user u +-/);
    expect(Object.fromEntries(platform.to(`GET ${audit}`)[0]?.query ?? [])).toEqual({ actor: 'u', limit: '7' });
    const broken = { sequence: 2, reason: 'missing' };
    const head = { sequence: 2, hash: 'f'.repeat(64) };
    platform.on(`GET ${audit}/verification`, { items: [{ service: 'build', good: 2, broken: null, head }] });
    expect(await terminal.berth(['admin', 'verify-audit'])).toMatchObject({ code: 0 });
    platform.on(`GET ${audit}/verification`, { items: [{ service: 'build', good: 1, broken, head }] });
    const ran = await terminal.berth(['admin', 'verify-audit']);
    expect(ran).toMatchObject({ code: 6, stdout: expect.stringContaining('entry 2 is missing') });
  });

  it('lists who did what, and tells when that was changed afterwards', async () => {
    const who = { actor: { kind: 'user', id: 'u' }, target: { kind: 'app', id: 'a' } };
    const detail = { before: { cpu: '250m', counts: { web: 1 } }, after: { cpu: '500m', counts: { web: 2 } } };
    const entry = { at, action: 'apps:create', ...who, detail, address: '192.0.2.7' };
    platform.on('GET /v1/audit', page(entry));
    const { stdout } = await terminal.berth(['audit', 'list', '--action', 'apps:create']);
    expect(stdout).toMatch(/apps:create +app a +user u +192\.0\.2\.7 +cpu 250m -> 500m\n +counts\.web 1 -> 2\n/);
    expect(platform.to('GET /v1/audit')[0]?.query.get('action')).toBe('apps:create');
    const whole = { service: 'build', good: 2, broken: null, head: { sequence: 2, hash: 'f'.repeat(64) } };
    platform.on('GET /v1/audit/verification', { items: [whole] });
    expect(await terminal.berth(['audit', 'verify'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('whole'),
    });
    const broken = { ...whole, good: 1, broken: { sequence: 2, reason: 'changed' } };
    platform.on('GET /v1/audit/verification', { items: [broken] });
    const ran = await terminal.berth(['audit', 'verify']);
    expect(ran).toMatchObject({ code: 6, stdout: expect.stringContaining('entry 2 is changed') });
  });

  it('shows one act whole, and finds those of a session or a request', async () => {
    const request = { sessionId: 's-1', correlationId: 'c-1' };
    const who = { actor: { kind: 'user', id: 'u' }, target: { kind: 'app', id: 'a' }, address: '192.0.2.7' };
    const chained = { service: 'build', sequence: 7, hash: 'f'.repeat(64) };
    const detail = { before: { cpu: '250m' }, after: { cpu: '500m' }, request };
    platform.on('GET /v1/audit', page({ entryId: idOf(3), at, action: 'apps:update', ...who, ...chained, detail }));
    const { stdout } = await terminal.berth(['audit', 'show', idOf(3)]);
    for (const line of [/Session: +s-1/, /From: +192\.0\.2\.7/, /Correlation: +c-1/, /Changed: +cpu 250m -> 500m/])
      expect(stdout).toMatch(line);
    expect(platform.to('GET /v1/audit')[0]?.query.get('entry')).toBe(idOf(3));
    await terminal.berth(['audit', 'list', '--session', 's-1', '--correlation', 'c-1']);
    const asked = Object.fromEntries(platform.to('GET /v1/audit')[1]?.query ?? []);
    expect(asked).toMatchObject({ session: 's-1', correlation: 'c-1' });
    platform.on('GET /v1/audit', page());
    expect(await terminal.berth(['audit', 'show', idOf(4)])).toMatchObject({ code: 4 });
  });

  it.each([
    [['audit', 'export'], '/v1/audit/export'],
    [['admin', 'export-audit'], '/v1/admin/user-management/audit/export'],
  ])('%j writes the trail line by line as it comes, and says when that broke off', async (command, route) => {
    const lines = [1, 2, 3].map((sequence) => `${JSON.stringify({ sequence })}\n`);
    platform.on(`GET ${route}`, (_, response) => {
      for (const line of lines) response.write(line);
      response.end();
    });
    const whole = await terminal.berth([...command, '--action', 'apps:create']);
    expect(whole).toMatchObject({ code: 0, stdout: lines.join(''), stderr: '' });
    expect(platform.to(`GET ${route}`)[0]?.query.get('action')).toBe('apps:create');
    platform.on(`GET ${route}`, (_, response) => void response.write(lines[0], () => response.destroy()));
    const broken = await terminal.berth(command);
    expect(broken).toMatchObject({ code: 9, stderr: expect.stringContaining('broke off') });
  });

  it('operates the keys that sign tokens', async () => {
    const keys = '/v1/admin/user-management/signing-keys';
    const key = { kid: 'k1', state: 'active', createdAt: at, notAfter: null };
    platform.on(`GET ${keys}`, { items: [key] });
    platform.on(`POST ${keys}`, (_, response) => json(response, { ...key, kid: 'k2', state: 'pending' }, 201));
    platform.on('POST /v1/admin/user-management/snapshots', done);
    expect((await terminal.berth(['admin', 'keys'])).stdout).toMatch(/k1 +active/);
    expect((await terminal.berth(['admin', 'rotate-keys'])).stdout).toContain('k2');
    expect(await terminal.berth(['admin', 'snapshots', 'organization'])).toMatchObject({ code: 0 });
    platform.on('POST /v1/admin/deployment-management/snapshots', done);
    expect(await terminal.berth(['admin', 'snapshots', 'environment'])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['admin', 'snapshots', 'sandcastle'])).toMatchObject({ code: 2 });
  });
});
