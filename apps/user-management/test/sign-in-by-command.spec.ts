import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { IdentityProviderView, SignInFlow, Tokens } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { OpenIdProvider, redirectUri } from './fixtures/openid-provider.js';

const binary = resolve(import.meta.dirname, '../../cli/bin/berth.js');

let openId: OpenIdProvider;
let identity: IdentityService;
let home: string;
beforeAll(async () => {
  openId = await OpenIdProvider.start();
  identity = await IdentityService.start({ PRIVATE_IDENTITY_PROVIDERS: 'true', LOG_LEVEL: 'silent' });
  home = await mkdtemp(join(tmpdir(), 'berth-command-'));
});
afterAll(async () => {
  await identity.close();
  await openId.close();
  await rm(home, { recursive: true, force: true });
});

/** The command line of somebody; `told` is what it has said to them so far. */
function berth(args: readonly string[], input: string) {
  const env = { PATH: process.env['PATH'], BERTH_CONFIG_DIR: home, BERTH_SERVER: identity.service.url };
  const child = spawn(process.execPath, [binary, ...args], { cwd: home, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin.end(input);
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  return { code, told: () => text };
}

it('a command links an account at a provider: the browser comes back to it, and the provider lets in from then on', async () => {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  const endpoints = { kind: 'oidc', issuer: openId.issuer };
  const client = { clientId: 'berth', clientSecret: 'berth-secret' };
  const { body: provider } = await identity.call<IdentityProviderView>('POST', '/v1/identity-providers', {
    token: owner.accessToken,
    headers: { 'berth-access': access },
    body: { organizationId: organization.id, displayName: 'Company', endpoints, ...client },
  });
  await openId.account('ann', { email: 'ann@corp.example', name: 'Ann' });
  const login = berth(['login', '--email', owner.email, '--password-stdin'], `${goodPassword}\n`);
  expect({ code: await login.code, told: login.told() }).toMatchObject({ code: 0 });

  const linking = berth(['account', 'link-identity', 'Company', '--password-stdin'], `${goodPassword}\n`);
  const link = await eventually(() => new URL(/^Open (\S+)$/m.exec(linking.told())?.[1] ?? ''));
  const query = await openId.browse(link.href, 'ann');
  const page = await fetch(`${link.searchParams.get('redirect_uri')}?${query}`);
  expect(await page.text()).toContain('go on in the terminal');
  expect({ code: await linking.code, told: linking.told() }).toMatchObject({
    code: 0,
    told: expect.stringContaining('You get in by Company as ann@corp.example, too'),
  });

  const post = <Body>(path: string, body: object) =>
    identity.call<Body>('POST', `/v1/auth/oidc/flows${path}`, { body });
  const flow = (await post<SignInFlow>('', { providerId: provider.id, redirectUri })).body;
  const { flowToken, authorizationUrl } = flow;
  await post('/answer', { flowToken, query: await openId.browse(authorizationUrl, 'ann') });
  const { accessToken } = (await post<Tokens>('/login', { flowToken })).body;
  const me = await identity.call<{ email: string }>('GET', '/v1/me', { token: accessToken });
  expect(me.body.email).toBe(owner.email);
});
