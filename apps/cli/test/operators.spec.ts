import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, page, problem, tagged } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

withPlatform();

const at = '2026-11-21T10:00:00.000Z';
const admin = '/v1/admin/user-management';

describe('who operates the platform', () => {
  const bob = {
    ...{
      id: idOf(4),
      email: 'bob@example.com',
      username: 'bob',
      displayName: 'Bob',
      administrator: false,
      createdAt: at,
    },
    ...{ state: 'suspended', eraseAt: null, secondFactor: true },
  };
  const acme = { id: idOf(5), slug: 'acme', displayName: null, status: 'active', createdAt: at };
  beforeEach(() => {
    platform.on(`GET ${admin}/users`, page({ ...bob, id: idOf(9), email: 'bob@example.com.evil' }, bob));
    platform.on(`GET ${admin}/organizations`, page({ ...acme, id: idOf(8), slug: 'acme-too' }, acme));
  });

  it('finds people and what they are', async () => {
    const ran = await terminal.berth(['admin', 'users', 'bob']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/bob@example.com +bob +Bob +suspended +yes/) });
    expect(platform.to(`GET ${admin}/users`)[0]?.query.get('search')).toBe('bob');
  });

  it.each([
    ['suspend-user', 'suspend'],
    ['resume-user', 'resume'],
    ['reset-2fa', 'reset-second-factor'],
    ['sign-out', 'sign-out'],
  ])('by %s does it to exactly that address, with a reason', async (command, act) => {
    platform.on(`POST ${admin}/users/${idOf(4)}/${act}`, done);
    const ran = await terminal.berth(['admin', command, 'Bob@example.com', '--reason', 'ticket 4711']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('bob@example.com') });
    expect(platform.bodies(`POST ${admin}/users/${idOf(4)}/${act}`)).toEqual([{ reason: 'ticket 4711' }]);
    expect(await terminal.berth(['admin', command, 'bob@example.com'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['admin', command, 'bob@example', '--reason', 'x'])).toMatchObject({ code: 4 });
  });

  it.each([
    ['suspend-org', 'suspend'],
    ['resume-org', 'resume'],
  ])('by %s does it to exactly that organization', async (command, act) => {
    platform.on(`POST ${admin}/organizations/${idOf(5)}/${act}`, done);
    expect((await terminal.berth(['admin', 'orgs', 'ac'])).stdout).toMatch(/acme +- +active/);
    expect(await terminal.berth(['admin', command, 'acme', '--reason', 'unpaid'])).toMatchObject({ code: 0 });
    expect(platform.bodies(`POST ${admin}/organizations/${idOf(5)}/${act}`)).toEqual([{ reason: 'unpaid' }]);
    expect(await terminal.berth(['admin', command, 'acm', '--reason', 'unpaid'])).toMatchObject({ code: 4 });
  });

  it('asks to see what somebody sees, and gets a token for it after the consent', async () => {
    const asked = { id: idOf(7), userId: idOf(4), administratorId: idOf(1), state: 'asked', reason: 'x' };
    platform.on(`POST ${admin}/users/${idOf(4)}/impersonations`, (_, response) => json(response, asked, 201));
    platform.on(`POST ${admin}/impersonations/${idOf(7)}/token`, { accessToken: 'a.b.c', expiresIn: 600 });
    const ran = await terminal.berth(['admin', 'impersonate', 'bob@example.com', '--reason', 'ticket 4711']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`impersonation-token ${idOf(7)}`) });
    expect(platform.bodies(`POST ${admin}/users/${idOf(4)}/impersonations`)).toEqual([{ reason: 'ticket 4711' }]);
    expect(await terminal.berth(['admin', 'impersonation-token', idOf(7)])).toMatchObject({ stdout: 'a.b.c\n' });
  });

  it('sets what is named of a quota, and leaves the rest', async () => {
    const path = `/v1/quotas/${idOf(5)}`;
    platform.on(`GET ${path}`, { apps: 100, memoryMib: 65_536 });
    platform.on(`PUT ${path}`, { apps: 200, memoryMib: 65_536 });
    expect((await terminal.berth(['admin', 'quotas', 'acme'])).stdout).toMatch(/memoryMib +65536/);
    expect(await terminal.berth(['admin', 'set-quotas', 'acme', 'apps=200'])).toMatchObject({ code: 0 });
    expect(platform.bodies(`PUT ${path}`)).toEqual([{ apps: 200, memoryMib: 65_536 }]);
    expect(await terminal.berth(['admin', 'set-quotas', 'acme', 'ships=1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('memoryMib'),
    });
    expect(await terminal.berth(['admin', 'set-quotas', 'acme', 'apps=many'])).toMatchObject({ code: 2 });
    expect(platform.to(`PUT ${path}`)).toHaveLength(1);
  });

  it('sees how far services are behind, and the dead letters of each', async () => {
    const behind = { waiting: 3, oldestWaitingAt: at, accessHeardAt: at, deadLetters: 1 };
    platform.on('GET /v1/admin/metering/events', { ...behind, waiting: 0, oldestWaitingAt: null });
    platform.on(`GET ${admin}/events`, behind);
    expect((await terminal.berth(['admin', 'events'])).stdout).toMatch(
      /user-management +3 +2026-11-21 10:00:00 .* 1\n/,
    );
    const letter = { id: idOf(7), key: 'audit/x', type: 'berth.audit.recorded.v1', state: 'failed', reason: 'no' };
    platform.on(`GET ${admin}/dead-letters`, page({ ...letter, since: at }));
    platform.on(`POST ${admin}/dead-letters/discards`, done);
    const of = ['--of', 'user-management'];
    expect((await terminal.berth(['dead-letters', 'list', ...of])).stdout).toContain('audit/x');
    expect(await terminal.berth(['dead-letters', 'discard', idOf(7), '--reason', 'no', ...of])).toMatchObject({
      code: 0,
    });
    expect(platform.bodies(`POST ${admin}/dead-letters/discards`)).toEqual([{ id: idOf(7), reason: 'no' }]);
    expect(await terminal.berth(['dead-letters', 'list', '--of', 'nobody'])).toMatchObject({ code: 2 });
  });

  it('says who may sign up', async () => {
    const policy = { mode: 'invitation', domains: ['example.com'] };
    platform.on(`GET ${admin}/sign-up-policy`, policy);
    platform.on(`PUT ${admin}/sign-up-policy`, { mode: 'closed', domains: [] });
    const said = 'Whoever was invited may sign up, with an address at example.com.\n';
    expect((await terminal.berth(['admin', 'sign-up'])).stdout).toBe(said);
    expect((await terminal.berth(['admin', 'set-sign-up', 'closed'])).stdout).toBe('Nobody may sign up.\n');
    await terminal.berth(['admin', 'set-sign-up', 'open', '--domain', 'a.example', 'b.example']);
    expect(platform.bodies(`PUT ${admin}/sign-up-policy`)).toEqual([
      { mode: 'closed', domains: [] },
      { mode: 'open', domains: ['a.example', 'b.example'] },
    ]);
    expect(await terminal.berth(['admin', 'set-sign-up', 'maybe'])).toMatchObject({ code: 2 });
  });
});

it('new recovery codes are printed, one a line', async () => {
  platform.on('POST /v1/auth/recovery-codes', { recoveryCodes: ['one', 'two'] });
  expect(await terminal.berth(['2fa', 'recovery-codes'])).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
});

describe('a session', () => {
  it('is told how to do what takes a fresh proof', async () => {
    platform.on(`POST ${admin}/signing-keys`, (_, response) => problem(response, 403, 'step_up_required'));
    expect(await terminal.berth(['admin', 'rotate-keys'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('berth prove'),
    });
  });

  it('is proven by the password, and by a code when one is asked for', async () => {
    const ask = (_: unknown, response: Parameters<typeof problem>[0]) =>
      problem(response, 401, 'second_factor_required');
    platform.onEach('POST /v1/auth/step-up', ask, { until: at });
    const ran = await terminal.berth(['prove'], { keyboard: typing('pw', '123456') });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('2026-11-21 10:00:00') });
    expect(platform.bodies('POST /v1/auth/step-up')).toEqual([{ password: 'pw' }, { password: 'pw', code: '123456' }]);
    platform.on('POST /v1/auth/step-up', { until: at });
    expect(await terminal.berth(['prove', '--password-stdin', '--code', '1'], { stdin: 'pw\n' })).toMatchObject({
      code: 0,
    });
    expect(await terminal.berth(['prove'])).toMatchObject({ code: 2 });
  });
});

describe('somebody with whose eyes an administrator wants to look', () => {
  it('sees who asks why, consents, and ends it', async () => {
    const asked = { id: idOf(7), state: 'asked', reason: 'ticket 4711', createdAt: at, expiresAt: at };
    platform.on('GET /v1/me/impersonations', page(asked));
    platform.on(`POST /v1/me/impersonations/${idOf(7)}/consent`, { ...asked, state: 'consented' });
    platform.on(`DELETE /v1/me/impersonations/${idOf(7)}`, done);
    expect((await terminal.berth(['impersonations', 'list'])).stdout).toMatch(/asked .* ticket 4711/);
    expect(await terminal.berth(['impersonations', 'consent', idOf(7)])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('until 2026-11-21 10:00:00'),
    });
    expect(await terminal.berth(['impersonations', 'end', idOf(7)])).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE /v1/me/impersonations/${idOf(7)}`)).toHaveLength(1);
  });
});

describe('roles of an organization', () => {
  const auditor = { id: idOf(6), organizationId: idOf(2), name: 'auditor', permissions: ['audit:read'], createdAt: at };

  it('are listed, made, changed as they were read, and deleted', async () => {
    platform.on('GET /v1/roles', page());
    platform.on('POST /v1/roles', (_, response) => json(response, auditor, 201));
    const define = (...permissions: string[]) => terminal.berth(['orgs', 'define-role', 'auditor', ...permissions]);
    expect(await define('audit:read')).toMatchObject({ code: 0, stdout: 'auditor may audit:read.\n' });
    expect(platform.bodies('POST /v1/roles')).toEqual([
      { organizationId: idOf(1), name: 'auditor', permissions: ['audit:read'] },
    ]);
    platform.on('GET /v1/roles', page(auditor));
    platform.on(`GET /v1/roles/${idOf(6)}`, tagged(auditor));
    platform.on(`PATCH /v1/roles/${idOf(6)}`, { ...auditor, permissions: ['audit:read', 'apps:read'] });
    expect((await define('audit:read', 'apps:read')).stdout).toBe('auditor may audit:read apps:read.\n');
    expect(platform.to(`PATCH /v1/roles/${idOf(6)}`)[0]?.headers['if-match']).toBe('"7"');
    expect((await terminal.berth(['orgs', 'roles'])).stdout).toMatch(/auditor +audit:read/);
    platform.on(`DELETE /v1/roles/${idOf(6)}`, done);
    expect(await terminal.berth(['orgs', 'delete-role', 'auditor', '--yes'])).toMatchObject({ code: 0 });
    expect(await terminal.berth(['orgs', 'delete-role', 'king', '--yes'])).toMatchObject({ code: 4 });
  });
});
