import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, page, problem, tagged } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const google = {
  ...{ id: idOf(5), organizationId: idOf(1), displayName: 'Google', clientId: 'berth' },
  ...{ endpoints: { kind: 'oidc', issuer: 'https://accounts.example' }, scopes: ['openid'], emailClaim: 'email' },
  ...{ roles: [{ claim: 'groups', value: 'ops', role: 'admin' }], defaultRole: null },
  createdAt: '2026-11-21T10:00:00.000Z',
};
const oauth2 = {
  ...{ kind: 'oauth2', authorizationUrl: 'https://git.example/a', tokenUrl: 'https://git.example/t' },
  ...{ userUrl: 'https://git.example/u', subjectField: 'id' },
};
const plugIn = { kind: 'plugin', plugin: 'saml', settings: { metadata: 'https://idp.example/?a=b', entity: 'berth' } };
const made = 'POST /v1/identity-providers';
const urls = ['--authorization-url', oauth2.authorizationUrl, '--token-url', oauth2.tokenUrl, '--user-url'];

describe('identity providers of an organization', () => {
  withPlatform();
  beforeEach(() => {
    platform.on(
      'GET /v1/identity-providers',
      page(
        google,
        { ...google, id: idOf(6), displayName: 'Git', endpoints: oauth2 },
        { ...google, id: idOf(7), displayName: 'Old', endpoints: plugIn },
      ),
    );
    platform.on(made, (_, response) => json(response, google, 201));
    platform.on('GET /.well-known/oauth-authorization-server', (_, response) =>
      json(response, { issuer: 'https://paas.example' }),
    );
  });
  const providers = (...argv: string[]) => terminal.berth(['identity-providers', ...argv]);
  const add = (...more: string[]) =>
    terminal.berth(['identity-providers', 'add', 'Google', '--client-id', 'berth', '--secret-stdin', ...more], {
      stdin: 'the-secret\n',
    });

  it('are listed and shown, of whichever kind', async () => {
    const { stdout } = await providers('list');
    expect(stdout).toMatch(/Google +oidc +https:\/\/accounts\.example +berth/);
    expect(stdout).toMatch(/Git +oauth2 +https:\/\/git\.example\/a +berth/);
    expect(stdout).toMatch(/Old +plugin +saml +berth/);
    expect((await providers('show', 'Old')).stdout).toMatch(
      /Plug-in: +saml\nSettings: +metadata=https.+a=b, entity=berth/,
    );
    expect((await providers('show', 'Google')).stdout).toMatch(/Roles: +groups=ops:admin\nElse: +no role/);
    expect((await providers('show', idOf(6))).stdout).toContain('https://git.example/u (id)');
    expect(await providers('show', 'Gitlab')).toMatchObject({ code: 4, stdout: '' });
  });

  it('are added with the secret from stdin, which is not said again', async () => {
    const ran = await add('--issuer', 'https://accounts.example', '--role', 'groups=ops:admin', '--role', 'g=a:viewer');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(google.id) });
    expect(ran.stdout + ran.stderr).not.toContain('the-secret');
    expect(ran.stderr).toContain('back to https://paas.example/v1/oauth/device/callback');
    expect(platform.bodies(made)).toEqual([
      {
        ...{ organizationId: idOf(1), displayName: 'Google', endpoints: google.endpoints, clientId: 'berth' },
        ...{ clientSecret: 'the-secret', scopes: ['openid', 'email', 'profile'], emailClaim: 'email' },
        roles: [...google.roles, { claim: 'g', value: 'a', role: 'viewer' }],
        defaultRole: null,
      },
    ]);
  });

  it('are added as OAuth 2.0 alone has them', async () => {
    expect(await add(...urls, oauth2.userUrl, '--default-role', 'viewer')).toMatchObject({ code: 0 });
    expect(platform.bodies(made)).toMatchObject([{ endpoints: oauth2, roles: [], defaultRole: 'viewer' }]);
  });

  it('are added as a plug-in has them', async () => {
    const settings = ['--setting', 'metadata=https://idp.example/?a=b', 'entity=berth'];
    expect(await add('--plugin', 'saml', ...settings)).toMatchObject({ code: 0 });
    expect(await add('--plugin', 'saml')).toMatchObject({ code: 0 });
    const endpoints = [plugIn, { ...plugIn, settings: {} }];
    expect(platform.bodies(made)).toMatchObject(endpoints.map((each) => ({ endpoints: each })));
  });

  it.each([
    ['without a place', []],
    ['as a plug-in and at a place', ['--plugin', 'saml', '--issuer', 'https://a.example']],
    ['with a setting of no plug-in', ['--issuer', 'https://a.example', '--setting', 'a=b']],
    ['with a setting without a name', ['--plugin', 'saml', '--setting', '=b']],
    ['with a setting said twice', ['--plugin', 'saml', '--setting', 'a=b', '--setting', 'a=c']],
    ['at two places', ['--issuer', 'https://a.example', ...urls, oauth2.userUrl]],
    ['at a part of one', urls.slice(0, 4)],
    ['with a role that nobody gets so', ['--issuer', 'https://a.example', '--role', 'groups=ops:owner']],
    ['with no such role', ['--issuer', 'https://a.example', '--default-role', 'owner']],
  ])('are not added %s', async (_, more) => {
    expect(await add(...more)).toMatchObject({ code: 2, stdout: '' });
    expect(platform.to(made)).toEqual([]);
  });

  describe('are changed', () => {
    const path = `/v1/identity-providers/${google.id}`;
    const update = (...more: string[]) =>
      terminal.berth(['identity-providers', 'update', 'Google', ...more], { stdin: 'another-secret\n' });
    beforeEach(() => {
      platform.on(`GET ${path}`, tagged(google));
      platform.on(`PATCH ${path}`, { ...google, displayName: 'Company' });
    });

    it.each([
      [['--name', 'Company'], { displayName: 'Company' }],
      [['--client-id', 'other', '--email-claim', 'mail'], { clientId: 'other', emailClaim: 'mail' }],
      [['--scope', 'openid', 'email'], { scopes: ['openid', 'email'] }],
      [['--role', 'g=a:viewer'], { roles: [{ claim: 'g', value: 'a', role: 'viewer' }] }],
      [['--no-role', '--default-role', 'viewer'], { roles: [], defaultRole: 'viewer' }],
      [['--no-default-role'], { defaultRole: null }],
      [['--secret-stdin'], { clientSecret: 'another-secret' }],
    ])('by %j, as they were read, and in nothing else', async (more, body) => {
      const ran = await update(...more);
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Company is changed') });
      expect(ran.stdout + ran.stderr).not.toContain('another-secret');
      expect(platform.bodies(`PATCH ${path}`)).toEqual([body]);
      expect(platform.to(`PATCH ${path}`)[0]?.headers['if-match']).toBe('"7"');
    });

    it.each([[[]], [['--default-role', 'owner']], [['--role', 'g=a:owner']], [['--issuer', 'https://b.example']]])(
      'by %j not at all',
      async (more) => {
        expect(await update(...more)).toMatchObject({ code: 2, stdout: '' });
        expect(platform.to(`PATCH ${path}`)).toEqual([]);
      },
    );

    it('never by chance: not when they could not be read, nor when the answer says no version', async () => {
      platform.on(`GET ${path}`, (_, response) => problem(response, 404, 'not_found'));
      expect(await update('--name', 'Company')).toMatchObject({ code: 4 });
      platform.on(`GET ${path}`, google);
      expect(await update('--name', 'Company')).toMatchObject({ code: 1, stderr: expect.stringContaining('ETag') });
      expect(platform.to(`PATCH ${path}`)).toEqual([]);
    });
  });

  it('are removed by whoever means it, and never the wrong one of two', async () => {
    platform.on(`DELETE /v1/identity-providers/${google.id}`, done);
    expect(await providers('remove', 'Google')).toMatchObject({ code: 2 });
    expect(await providers('remove', 'Google', '--yes')).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE /v1/identity-providers/${google.id}`)).toHaveLength(1);
    platform.on('GET /v1/identity-providers', page(google, { ...google, id: idOf(6) }));
    expect(await providers('remove', 'Google', '--yes')).toMatchObject({ code: 2 });
    expect(platform.to(`DELETE /v1/identity-providers/${google.id}`)).toHaveLength(1);
  });
});
