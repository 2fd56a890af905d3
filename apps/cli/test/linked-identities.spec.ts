import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, problem } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const begun = 'POST /v1/auth/oidc/flows';
const answered = 'POST /v1/auth/oidc/flows/answer';
const providerUrl = 'https://accounts.example/authorize?state=s';
const linked = {
  ...{ id: idOf(60), providerId: idOf(5), provider: 'Google', organizationId: idOf(1) },
  createdAt: '2026-11-02T00:00:00.000Z',
};

withPlatform();

/** What the browser got when it came back. */
let shown: { status: number; text: string }[];

/** The browser goes where the provider sends it, by these paths one after the other. */
function browse(...answers: readonly string[]): void {
  platform.on(begun, async (_: IncomingMessage, response: ServerResponse) => {
    const { redirectUri } = platform.bodies(begun).at(-1) as { redirectUri: string };
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    json(response, { flowToken: 'flow', authorizationUrl: providerUrl, expiresAt }, 201);
    for (const answer of answers) {
      const came = await fetch(`${new URL(redirectUri).origin}${answer}`);
      shown.push({ status: came.status, text: await came.text() });
    }
  });
}

beforeEach(() => {
  shown = [];
  platform.on('GET /v1/auth/oidc/providers', { items: [{ id: idOf(5), displayName: 'Google' }] });
  platform.on(answered, { email: 'ann@corp.example', displayName: 'Ann' });
  platform.on('POST /v1/auth/identities', (_, response) => json(response, linked, 201));
  platform.on('GET /v1/auth/identities', page(linked));
  browse('/signed-in?code=c&state=s');
});

const account = (...argv: string[]) => terminal.berth(['account', ...argv], { stdin: 'correct horse\n' });
const link = (provider = 'Google') => account('link-identity', provider, '--password-stdin');

describe('accounts at identity providers', () => {
  it('are linked by a browser on this machine, which comes back to it, and by the password', async () => {
    const ran = await link();
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('by Google as ann@corp.example') });
    expect(ran.stderr).toContain(`Open ${providerUrl}`);
    expect(platform.bodies(begun)).toMatchObject([
      { providerId: idOf(5), redirectUri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/signed-in$/) },
    ]);
    expect(platform.bodies(answered)).toEqual([{ flowToken: 'flow', query: 'code=c&state=s' }]);
    expect(platform.bodies('POST /v1/auth/identities')).toEqual([{ flowToken: 'flow', password: 'correct horse' }]);
    expect(shown).toMatchObject([{ status: 200, text: expect.stringContaining('go on in the terminal') }]);
    expect(ran.stdout + ran.stderr).not.toContain('correct horse');
  });

  it('are waited for, whatever else a browser asks for', async () => {
    browse('/favicon.ico', '/signed-in', '/signed-in?error=access_denied&state=s');
    expect(await link()).toMatchObject({ code: 0 });
    expect(shown.map(({ status }) => status)).toEqual([404, 404, 200]);
    expect(platform.bodies(answered)).toEqual([{ flowToken: 'flow', query: 'error=access_denied&state=s' }]);
  });

  it('are not waited for longer than the platform does', async () => {
    platform.on(begun, (_, response) => {
      const flow = { flowToken: 'flow', authorizationUrl: providerUrl, expiresAt: new Date().toISOString() };
      json(response, flow, 201);
    });
    const ran = await link();
    expect(ran).toMatchObject({ code: 9, stderr: expect.stringContaining('Nobody came back') });
    expect(platform.to(answered)).toHaveLength(0);
  });

  it('are not linked at providers that the organization does not have, nor when the platform refuses', async () => {
    expect(await link('Gitlab')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('It has: Google'),
    });
    expect(platform.to(begun)).toHaveLength(0);
    platform.on(answered, (_, response) => problem(response, 422, 'sign_in_refused'));
    expect((await link()).code).toBe(6);
    expect(platform.to('POST /v1/auth/identities')).toHaveLength(0);
  });

  it('are listed, and unlinked by the name of the provider', async () => {
    platform.on(`DELETE /v1/auth/identities/${linked.id}`, (_, response) => void response.writeHead(204).end());
    expect((await account('identities')).stdout).toMatch(/Google +2026-11-02/);
    expect(await account('unlink-identity', 'Gitlab')).toMatchObject({ code: 4 });
    expect(await account('unlink-identity', 'Google')).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE /v1/auth/identities/${linked.id}`)).toHaveLength(1);
  });
});

describe('register --provider', () => {
  const registered = 'POST /v1/auth/oidc/flows/register';
  const register = (...more: string[]) =>
    terminal.berth(['register', '--provider', 'Google', '--no-browser', ...more], { keyboard: typing('the-code') });

  it('makes an account of what the provider says, once the code of the mail is typed in', async () => {
    platform.on('POST /v1/auth/oidc/flows/prove-address', (_, response) =>
      json(response, { status: 'proof_sent' }, 202),
    );
    platform.on(registered, (_, response) => void response.writeHead(204).end());
    const ran = await register('--org', 'acme', '--name', 'Ann');
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toContain('Code of the mail to ann@corp.example');
    expect(ran.stderr).toContain('Get in by Google: berth login');
    expect(platform.bodies(registered)).toEqual([{ flowToken: 'flow', token: 'the-code', displayName: 'Ann' }]);
  });

  it('has to be told whose provider it is', async () => {
    expect(await register()).toMatchObject({ code: 2, stderr: expect.stringContaining('--org NAME') });
    expect(platform.to(begun)).toHaveLength(0);
  });
});
