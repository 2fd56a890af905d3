import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bySlug, idOf, json, problem, project } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const me = {
  id: idOf(1),
  email: 'ann@example.com',
  username: 'ann',
  displayName: null,
  administrator: false,
  generation: 1,
  createdAt: '',
};
const tokens = {
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  tokenType: 'Bearer',
  expiresIn: 600,
  sessionId: idOf(2),
};

describe('account', () => {
  const file = () => join(terminal.home, '.config/berth/sessions.json');
  const login = () =>
    terminal.berth(['login', '--email', 'ann@example.com', '--password-stdin'], { stdin: 'correct horse\n' });

  withPlatform();
  beforeEach(() => {
    platform.on('POST /v1/auth/login', tokens);
    platform.on('GET /v1/me', ({ headers }, response) =>
      headers.authorization === 'Bearer access-1' ? json(response, me) : problem(response, 401, 'unauthenticated'),
    );
  });

  it('logs in with a password from stdin and keeps the session where only its owner can read it', async () => {
    expect(await login()).toMatchObject({ code: 0, stdout: '' });
    expect(platform.bodies('POST /v1/auth/login')).toEqual([{ email: 'ann@example.com', password: 'correct horse' }]);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(terminal.home, '.config/berth'))).mode & 0o777).toBe(0o700);
    expect(await terminal.berth(['whoami'])).toMatchObject({ code: 0, stdout: 'ann@example.com\n' });
  });

  it('logs in by username, and keeps the session under the address', async () => {
    const args = ['login', '--username', 'ann', '--password-stdin'];
    expect((await terminal.berth(args, { stdin: 'correct horse\n' })).stderr).toContain('as ann@example.com');
    expect(platform.bodies('POST /v1/auth/login')).toEqual([{ username: 'ann', password: 'correct horse' }]);
    expect(await terminal.berth(['whoami'])).toMatchObject({ code: 0, stderr: expect.stringMatching(/^ann on /) });
    expect(await terminal.berth([...args, '--email', 'ann@example.com'])).toMatchObject({ code: 2 });
  });

  const revoke = 'POST /v1/oauth/revoke';

  it('ends the former session of this machine once the next one has begun, and no other', async () => {
    platform.on(revoke, (_, response) => void response.writeHead(200).end());
    await login();
    expect(platform.to(revoke)).toEqual([]);
    platform.on('POST /v1/auth/login', (_, response) => problem(response, 401, 'credentials_invalid'));
    expect(await login()).toMatchObject({ code: 3 });
    expect(platform.to(revoke)).toEqual([]);
    platform.on('POST /v1/auth/login', { ...tokens, refreshToken: 'refresh-2' });
    expect(await login()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('former') });
    expect(platform.to(revoke).map(({ body }) => body.toString())).toEqual(['token=refresh-1']);
  });

  it('is logged in all the same when the former session cannot be ended, and is told', async () => {
    platform.on(revoke, (_, response) => problem(response, 503, 'unavailable'));
    await login();
    expect(await login()).toMatchObject({ code: 0, stderr: expect.stringContaining('former login goes on') });
    expect(await terminal.berth(['whoami'])).toMatchObject({ code: 0, stdout: 'ann@example.com\n' });
  });

  it('sets a new password with the code of a mail', async () => {
    platform.on('POST /v1/auth/recovery', { status: 'recovery_sent' });
    platform.on('POST /v1/auth/recovery/complete', (_, response) => void response.writeHead(204).end());
    const asked = await terminal.berth(['recover', '--email', 'ann@example.com']);
    expect(asked).toMatchObject({ code: 0, stdout: '' });
    expect(asked.stderr).toContain('berth recover CODE');
    expect(platform.bodies('POST /v1/auth/recovery')).toEqual([{ email: 'ann@example.com' }]);
    const done = await terminal.berth(['recover', 'the-code', '--password-stdin'], { stdin: 'a new horse\n' });
    expect(done).toMatchObject({ code: 0, stdout: '' });
    expect(platform.bodies('POST /v1/auth/recovery/complete')).toEqual([
      { token: 'the-code', password: 'a new horse' },
    ]);
    expect(await terminal.berth(['recover'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['recover', 'the-code'])).toMatchObject({ code: 2 });
  });

  it('remembers the server of the last login', async () => {
    await terminal.berth(['login', '--email', 'a@b.example', '--password-stdin', '--server', `${platform.url}/`], {
      stdin: 'x',
    });
    expect(await terminal.berth(['whoami'], { variables: { BERTH_SERVER: '' } })).toMatchObject({ code: 0 });
  });

  it('never takes a password as an argument, and asks only on a terminal', async () => {
    expect(await terminal.berth(['login', '--password', 'x'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['login', '--email', 'ann@example.com'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['login'])).toMatchObject({ code: 2 });
  });

  it('sends the code of an authenticator that was said', async () => {
    platform.on('POST /v1/auth/login', tokens);
    const said = ['login', '--email', 'ann@example.com', '--password-stdin', '--code', '123456'];
    expect(await terminal.berth(said, { stdin: 'pw\n' })).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/auth/login')).toMatchObject([{ password: 'pw', code: '123456' }]);
  });

  it('exits with 3 when the password is wrong, and keeps no session', async () => {
    platform.on('POST /v1/auth/login', (_, response) => problem(response, 401, 'credentials_invalid'));
    expect(await login()).toMatchObject({ code: 3, stderr: expect.stringContaining('credentials_invalid') });
    await expect(stat(file())).rejects.toThrow();
  });

  it('exits with 3 and says what to do when nobody is logged in', async () => {
    const ran = await terminal.berth(['whoami']);
    expect(ran).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('berth login') });
  });

  it('renews a token that has ended and keeps its successor, once for commands that run together', async () => {
    await login();
    const ended = (await readFile(file(), 'utf8')).replace('access-1', 'ended');
    await writeFile(file(), ended);
    platform.on('POST /v1/auth/refresh', { ...tokens, refreshToken: 'refresh-2' });
    const runs = await Promise.all([1, 2, 3, 4].map(() => terminal.berth(['whoami'])));
    expect(runs.map((ran) => ran.code)).toEqual([0, 0, 0, 0]);
    expect(platform.bodies('POST /v1/auth/refresh')).toEqual([{ refreshToken: 'refresh-1' }]);
    expect(await readFile(file(), 'utf8')).toContain('refresh-2');
  });

  it('uses the token of a machine as it is and stores nothing', async () => {
    const variables = { BERTH_TOKEN: 'access-1' };
    expect(await terminal.berth(['whoami', '--json'], { variables })).toMatchObject({ code: 0 });
    expect(await terminal.berth(['whoami'], { variables: { BERTH_TOKEN: 'other' } })).toMatchObject({ code: 3 });
    expect(platform.to('POST /v1/auth/refresh')).toHaveLength(0);
    await expect(stat(file())).rejects.toThrow();
  });

  it('ends the session at logout and forgets its tokens', async () => {
    await login();
    platform.on('POST /v1/auth/logout', (_, response) => void response.writeHead(204).end());
    expect(await terminal.berth(['logout'])).toMatchObject({ code: 0 });
    expect(platform.to('POST /v1/auth/logout')[0]?.headers.authorization).toBe('Bearer access-1');
    expect(await readFile(file(), 'utf8')).not.toContain('access-1');
    expect(await terminal.berth(['logout'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('not logged in'),
    });
  });

  it('forgets tokens also when the server is away', async () => {
    await login();
    platform.on('POST /v1/auth/logout', (_, response) => void response.destroy());
    expect(await terminal.berth(['logout'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('could not be told'),
    });
    expect(await readFile(file(), 'utf8')).not.toContain('access-1');
  });

  it('registers and verifies', async () => {
    platform.on('POST /v1/auth/register', (_, response) => json(response, { status: 'verification_sent' }, 202));
    platform.on('POST /v1/auth/verify-email', (_, response) => void response.writeHead(204).end());
    const argv = ['register', '--email', 'ann@example.com', '--name', 'Ann', '--password-stdin'];
    expect(await terminal.berth(argv, { stdin: 'correct horse' })).toMatchObject({ code: 0 });
    expect(await terminal.berth(['verify', 'c0de'])).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/auth/register')).toEqual([
      { email: 'ann@example.com', password: 'correct horse', displayName: 'Ann' },
    ]);
    expect(platform.bodies('POST /v1/auth/verify-email')).toEqual([{ token: 'c0de' }]);
  });

  it('sends what an earlier command has seen of an organization, so that it is never answered behind it', async () => {
    await login();
    const seen = `${idOf(1)}@7`;
    platform.on('POST /v1/organizations', (_, response) => {
      response.setHeader('berth-access', seen);
      json(response, { id: idOf(1), slug: 'acme', displayName: null, createdAt: '' }, 201);
    });
    await terminal.berth(['orgs', 'create', 'acme']);
    platform.on('POST /v1/projects', (_, response) => json(response, project('blog'), 201));
    await terminal.berth(['projects', 'create', 'blog']);
    expect(platform.to('POST /v1/projects')[0]?.headers['berth-access']).toBe(seen);
  });

  it('exits with 9 when the server does not answer', async () => {
    const ran = await terminal.berth(['whoami', '--server', 'http://127.0.0.1:1']);
    expect(ran).toMatchObject({ code: 9, stderr: expect.stringContaining('http://127.0.0.1:1 does not answer') });
  });

  it.each(['not a url', 'ftp://x', '127.0.0.1:8080'])('refuses "%s" as a server', async (server) => {
    expect(await terminal.berth(['whoami', '--server', server])).toMatchObject({ code: 2 });
  });

  it('says which file is broken', async () => {
    await login();
    await writeFile(file(), '{');
    expect(await terminal.berth(['whoami'])).toMatchObject({ code: 1, stderr: expect.stringContaining(file()) });
  });

  it('finds one of several by name and asks the server for no more than that', async () => {
    platform.on('GET /v1/projects', bySlug(project('shop'), project('blog')));
    await terminal.berth(['envs', 'list', '--project', 'blog']);
    expect(platform.to('GET /v1/projects').map((each) => each.query.get('slug'))).toEqual(['blog']);
  });
});
