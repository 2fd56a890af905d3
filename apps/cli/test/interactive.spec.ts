import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { deployment, events, idOf, json, problem } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const base = `/v1/workloads/${idOf(40)}`;

describe('on a terminal', () => {
  withPlatform();

  it('asks for what register needs, without showing the password', async () => {
    platform.on('POST /v1/auth/register', { status: 'verification_sent' });
    const ran = await terminal.berth(['register'], { keyboard: typing('ann@example.com', 'correct horse') });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(platform.bodies('POST /v1/auth/register')).toEqual([
      { email: 'ann@example.com', password: 'correct horse' },
    ]);
    expect(ran.stderr).toContain('E-mail');
    expect(ran.stderr).not.toContain('correct horse');
  });

  it('asks for the code of an authenticator when the server does', async () => {
    platform.onEach('POST /v1/auth/login', (_, response) => problem(response, 401, 'second_factor_required'), {
      accessToken: 'a',
      refreshToken: 'r',
    });
    const ran = await terminal.berth(['login', '--email', 'ann@example.com'], { keyboard: typing('pw', '123456') });
    expect(ran.code).toBe(0);
    const sent = { email: 'ann@example.com', password: 'pw' };
    expect(platform.bodies('POST /v1/auth/login')).toEqual([sent, { ...sent, code: '123456' }]);
  });

  it('asks only for what was not said', async () => {
    platform.on('POST /v1/auth/login', { accessToken: 'a', refreshToken: 'r' });
    const ran = await terminal.berth(['login', '--email', 'ann@example.com'], { keyboard: typing('pw') });
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain('E-mail');
  });

  it('asks for the value of a secret and shows it nowhere', async () => {
    platform.on(`PATCH /v1/secrets/${idOf(40)}`, { version: 1, deploymentId: null, revoked: [] });
    const ran = await terminal.berth(['secrets', 'set', 'TOKEN'], { keyboard: typing('s3cret') });
    expect(ran.code).toBe(0);
    expect(platform.bodies(`PATCH /v1/secrets/${idOf(40)}`)).toEqual([
      { set: { TOKEN: 's3cret' }, unset: [], revokeFormer: false },
    ]);
    expect(ran.stdout + ran.stderr).not.toContain('s3cret');
  });

  it.each([
    ['nothing', ''],
    ['Ctrl-C', '\u0003'],
  ])('ends as wrong usage after %s', async (_, typed) => {
    expect(await terminal.berth(['register'], { keyboard: typing(typed) })).toMatchObject({ code: 2 });
    expect(platform.to('POST /v1/auth/login')).toHaveLength(0);
  });

  it('colours progress, but not results, and neither when colours are not wanted', async () => {
    platform.on(`POST ${base}/deployments`, (_, response) => json(response, deployment({ buildId: null }), 202));
    platform.on(`GET /v1/deployments/${idOf(50)}`, deployment({ buildId: null, status: 'live', release: 4 }));
    const run = (variables = {}) => terminal.berth(['deploy', '--wait'], { keyboard: typing(), variables });
    const [coloured, plain] = [await run(), await run({ NO_COLOR: '1' })];
    expect(stripVTControlCharacters(coloured.stderr)).toBe(plain.stderr);
    expect(coloured.stderr).not.toBe(plain.stderr);
    expect(coloured.stdout).toBe('http://hello.localhost\n');
  });

  it('draws top anew with each sample until Ctrl-C', async () => {
    const interrupted = new AbortController();
    const instance = {
      ...{ instance: 'web-a1', process: 'web', release: 3, state: 'ready', memoryBytes: 0, storageBytes: 0 },
      ...{ volumes: [], sources: { usage: 'runtime', storage: 'runtime' } },
      ...{ cpuLimitMillicores: 250, memoryLimitBytes: 268_435_456 },
    };
    const sample = (cpuMillicores: number) => ({
      data: { at: '', items: [{ ...instance, cpuMillicores }], silent: [] },
    });
    let asked = 0;
    platform.on(`GET ${base}/stats`, (request, response) => {
      // It asks again when it has drawn all that came.
      if (++asked === 2) return interrupted.abort();
      expect(request.headers.accept).toBe('text/event-stream');
      events(sample(10), sample(20))(request, response);
    });
    const ran = await terminal.berth(['top'], { isTerminal: true, signal: interrupted.signal });
    expect(ran.code).toBe(0);
    expect(ran.stdout.split('\u001b[H\u001b[J').map((each) => /\d+m of/.exec(each)?.[0])).toEqual([
      ...[undefined, '10m of', '20m of'],
    ]);
  });

  it('prints one sample of top when only that is wanted', async () => {
    platform.on(`GET ${base}/stats`, { at: '', items: [], silent: [] });
    const ran = await terminal.berth(['top', '--once'], { isTerminal: true });
    expect(ran.stdout).toBe('INSTANCE  CLUSTER  RELEASE  STATE  CPU  MEMORY  STORAGE  VOLUMES  NETWORK  SOURCE\n');
  });
});
