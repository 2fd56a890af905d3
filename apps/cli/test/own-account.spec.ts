import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, problem, tagged } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const me = {
  ...{ id: idOf(1), email: 'ann@example.com', username: 'ann', displayName: null, administrator: false },
  ...{ generation: 7, createdAt: '2026-11-21T10:00:00.000Z' },
};
const variables = { BERTH_TOKEN: 'a-token' };

describe("one's own account", () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/me', tagged(me));
  });
  const berth = (...argv: string[]) => terminal.berth(['account', ...argv], { variables });

  it('is shown with both of its names', async () => {
    const { stdout } = await berth('show');
    expect(stdout).toMatch(/^Username: +ann$/m);
    expect(stdout).toMatch(/^E-mail: +ann@example\.com$/m);
  });

  it('gets another username as it was seen, and says for how long the former one is held', async () => {
    platform.on('PATCH /v1/me', { ...me, username: 'ada' });
    expect(await berth('rename', 'Ada')).toEqual({
      code: 0,
      stdout: 'You are ada from now on.\n',
      stderr: expect.stringContaining('30 days'),
    });
    expect(platform.bodies('PATCH /v1/me')).toEqual([{ username: 'Ada' }]);
    expect(platform.to('PATCH /v1/me')[0]?.headers['if-match']).toBe('"7"');
  });

  it('says that a username is somebody’s', async () => {
    platform.on('PATCH /v1/me', (_, response) => problem(response, 409, 'username_taken'));
    const ran = await berth('rename', 'bob');
    expect(ran).toMatchObject({ stdout: '', stderr: expect.stringContaining('username_taken') });
    expect(ran.code).not.toBe(0);
  });

  it('is exported as JSON in any case', async () => {
    platform.on('GET /v1/me/export', { user: me, acts: [] });
    for (const more of [[], ['--json']])
      expect(JSON.parse((await berth('export', ...more)).stdout)).toEqual({ user: me, acts: [] });
  });

  it('gets another address with the code of a mail that went there', async () => {
    platform.on('POST /v1/me/email', (_, response) => json(response, { status: 'verification_sent' }, 202));
    platform.on('POST /v1/me/email/confirm', done);
    const asked = await berth('change-email', 'ada@example.com');
    expect(asked).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('account confirm-email CODE') });
    expect(platform.bodies('POST /v1/me/email')).toEqual([{ email: 'ada@example.com' }]);
    expect(await berth('confirm-email', 'c0de')).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/me/email/confirm')).toEqual([{ token: 'c0de' }]);
  });

  it('gets another password from two lines of stdin, and from nothing else', async () => {
    platform.on('POST /v1/auth/password', done);
    const change = (stdin: string) =>
      terminal.berth(['account', 'change-password', '--password-stdin'], { variables, stdin });
    for (const stdin of ['', 'one', 'one\n', 'one\n\n', 'one\ntwo\nthree'])
      expect(await change(stdin)).toMatchObject({ code: 2, stderr: expect.stringContaining('two lines') });
    expect((await berth('change-password')).stderr).toContain('--password-stdin');
    expect(platform.bodies('POST /v1/auth/password')).toEqual([]);
    expect(await change('old words\r\nnew words\n')).toMatchObject({ code: 0, stdout: '' });
    expect(platform.bodies('POST /v1/auth/password')).toEqual([
      { currentPassword: 'old words', password: 'new words' },
    ]);
  });

  it('gets another password on a terminal, which shows neither', async () => {
    platform.on('POST /v1/auth/password', done);
    const keyboard = typing('old words', 'new words');
    const ran = await terminal.berth(['account', 'change-password'], { variables, keyboard });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).not.toMatch(/words/);
    expect(platform.bodies('POST /v1/auth/password')).toEqual([
      { currentPassword: 'old words', password: 'new words' },
    ]);
  });

  it('is closed by whoever means it, and opened again by logging in', async () => {
    platform.on('POST /v1/me/deactivation', done);
    expect(await berth('deactivate')).toMatchObject({ code: 2, stderr: expect.stringContaining('API tokens') });
    expect(platform.to('POST /v1/me/deactivation')).toHaveLength(0);
    expect(await berth('deactivate', '--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('berth login'),
    });
    expect(platform.to('POST /v1/me/deactivation')).toHaveLength(1);
  });

  it('is deleted by whoever means it, and says what takes that back', async () => {
    platform.on('POST /v1/me/deletion', (_, response) => json(response, { erasedAt: '2026-12-21T10:00:00.000Z' }, 202));
    expect(await berth('delete')).toMatchObject({ code: 2 });
    expect(platform.to('POST /v1/me/deletion')).toHaveLength(0);
    expect(await berth('delete', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2026-12-21'),
      stderr: expect.stringContaining('berth login'),
    });
  });

  it('asks for a proof that is not old where the server wants one', async () => {
    for (const route of ['POST /v1/me/deletion', 'PATCH /v1/me'])
      platform.on(route, (_, response) => problem(response, 403, 'step_up_required'));
    for (const argv of [
      ['delete', '--yes'],
      ['rename', 'ada'],
    ])
      expect((await berth(...argv)).stderr).toContain('berth prove');
  });
});
