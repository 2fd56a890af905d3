import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as identity from '../src/identity.js';
import { describeBody, long, uuid } from './support/body.js';

const organization = { kind: 'organization', id: uuid };
const project = { kind: 'project', id: uuid };

describeBody({
  name: 'a registration',
  schema: identity.register,
  valid: { email: 'ada@example.com', password: 'correct horse' },
  takes: [
    ['/password', long(72)],
    ['/password', long(256, 'ü')],
    ['/password', '        '],
    ['/displayName', long(100)],
    ['/displayName', ` ${long(100)} `],
  ],
  refuses: [
    ['/email', 'ada'],
    ['/email', 'ada@example'],
    ['/email', 'a b@example.com'],
    ['/email', `${long(250)}@example.com`],
    ['/password', '1234567'],
    ['/password', long(257)],
    ['/password', long(257, 'ü')],
    ['/displayName', ' '],
    ['/displayName', long(101)],
  ],
});

it('an address is the same however it is typed', () => {
  const typed = fc.tuple(fc.constantFrom('', ' ', '\t', '\n'), fc.mixedCase(fc.constant('ada.l+x@example.com')));
  fc.assert(
    fc.property(typed, ([space, text]) =>
      expect(identity.email.parse(space + text + space)).toBe('ada.l+x@example.com'),
    ),
  );
});

it('a new password is refused exactly when it is shorter than 8 characters or longer than 256', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 270, size: 'max' }), (text) => {
      const isGood = [...text].length >= 8 && [...text].length <= 256;
      expect(identity.newPassword.safeParse(text).success).toBe(isGood);
    }),
  );
});

describeBody({
  name: 'a login',
  schema: identity.login,
  valid: { email: 'ada@example.com', password: 'x' },
  takes: [['/password', long(1_000)]],
  refuses: [
    ['/password', ''],
    ['/password', long(1_001)],
    ['/code', ''],
    ['/passkey', {}, '/passkey/id'],
  ],
});

describeBody({
  name: 'an organization',
  schema: identity.createOrganization,
  valid: { slug: 'acme' },
  refuses: [
    ['/slug', 'Acme'],
    ['/slug', 'acme-'],
    ['/displayName', ''],
  ],
});

describeBody({
  name: 'a membership',
  schema: identity.createMembership,
  valid: { organizationId: uuid, email: 'ada@example.com', role: 'owner' },
  takes: [['/scope', organization]],
  refuses: [
    ['/scope', project, '/role'],
    ['/scope', { kind: 'app', id: uuid }, '/scope/kind'],
    ['/role', 'custom', '/roleId'],
    ['/roleId', uuid],
    ['/role', 'root'],
  ],
});

describeBody({
  name: 'an invitation',
  schema: identity.createInvitation,
  valid: { organizationId: uuid, email: 'ada@example.com', role: 'developer', scope: project },
  refuses: [
    ['/role', 'owner'],
    ['/role', 'billing'],
    ['/role', 'custom'],
  ],
});

describeBody({
  name: 'a group',
  schema: identity.createGroup,
  valid: { organizationId: uuid, name: 'developers', grants: [{ scope: organization, role: 'billing' }] },
  takes: [
    ['/grants', [{ scope: project, role: 'custom', roleId: uuid }]],
    ['/memberIds', Array.from({ length: 1_000 }, () => uuid)],
  ],
  refuses: [
    ['/grants/0/role', 'owner'],
    ['/grants/0/scope', project, '/grants/0/role'],
    ['/grants/0/role', 'custom', '/grants/0/roleId'],
    ['/grants/0/roleId', uuid],
    [
      '/grants',
      [
        { scope: project, role: 'viewer' },
        { scope: project, role: 'admin' },
      ],
    ],
    ['/memberIds', Array.from({ length: 1_001 }, () => uuid)],
    ['/memberIds', ['ada'], '/memberIds/0'],
  ],
});

describeBody({
  name: 'a service account',
  schema: identity.createServiceAccount,
  valid: { organizationId: uuid, name: 'CI', role: 'developer' },
  takes: [['/scope', project]],
  refuses: [
    ['/role', 'owner'],
    ['/name', '  '],
  ],
});

describeBody({
  name: 'an API token',
  schema: identity.createApiToken,
  valid: { name: 'CI', scopes: ['*'] },
  takes: [
    ['/scopes', ['deployments:*', 'apps:read', 'dead-letters:replay']],
    ['/expiresInDays', 365],
  ],
  refuses: [
    ...['', '**', 'apps', 'apps:', ':read', '*:read', 'Apps:read', 'apps:read:all', 'apps:read\n'].map(
      (scope) => ['/scopes', ['*', scope], '/scopes/1'] as const,
    ),
    ['/scopes', []],
    ['/scopes', Array.from({ length: 51 }, () => '*')],
    ['/expiresInDays', 366],
    ['/expiresInDays', 0],
  ],
});

const oidc = { kind: 'oidc', issuer: 'https://login.example.com' };
describeBody({
  name: 'an identity provider',
  schema: identity.createIdentityProvider,
  valid: { organizationId: uuid, endpoints: oidc, displayName: 'Acme', clientId: 'berth', clientSecret: 's' },
  takes: [
    ['/scopes', ['openid', '!#[]~']],
    ['/roles', [{ claim: 'groups', value: 'ops', role: 'admin' }]],
    ['/clientSecret', long(1_000)],
  ],
  refuses: [
    ['/endpoints', { kind: 'oauth2', issuer: 'https://a.example' }, '/endpoints/tokenUrl'],
    ['/endpoints/issuer', 'javascript:alert(1)'],
    ['/endpoints/issuer', 'login.example.com'],
    ['/endpoints/issuer', `https://${long(2_000)}`],
    ['/scopes', ['two words'], '/scopes/0'],
    ['/scopes', ['quo"te'], '/scopes/0'],
    ['/scopes', ['back\\slash'], '/scopes/0'],
    ['/roles', [{ claim: 'groups', value: 'ops', role: 'owner' }], '/roles/0/role'],
    ['/roles', [{ claim: '', value: 'ops', role: 'admin' }], '/roles/0/claim'],
    ['/defaultRole', 'owner'],
    ['/clientSecret', ''],
    ['/clientSecret', 'a\0'],
  ],
});

describeBody({
  name: 'who may sign up',
  schema: identity.signUpPolicy,
  valid: { mode: 'open', domains: [] },
  takes: [['/domains', [' Example.COM ', 'xn--bcher-kva.example']]],
  refuses: [
    ['/mode', 'everybody'],
    ['/domains', ['example'], '/domains/0'],
    ['/domains', ['.example.com'], '/domains/0'],
    ['/domains', ['ada@example.com'], '/domains/0'],
    ['/domains', ['*.example.com'], '/domains/0'],
    ['/domains', undefined],
  ],
});

const quota = { projects: 1, environments: 1, apps: 1, cpuMillicores: 1, memoryMib: 1, buildsAtOnce: 1 };
describeBody({
  name: 'a quota',
  schema: identity.putQuota,
  valid: quota,
  takes: [
    ['/storageMib', 2_147_483_647],
    ['/apps', 0],
  ],
  refuses: [
    ['/apps', -1],
    ['/apps', 2_147_483_648],
    ['/apps', 1.5],
    ['/apps', undefined],
  ],
});

describeBody({
  name: 'a request for tokens',
  schema: identity.tokenRequest,
  valid: { grant_type: 'client_credentials' },
  takes: [['/scope', long(8_000)]],
  refuses: [
    ['/grant_type', undefined],
    ['/grant_type', long(201)],
    ['/scope', long(8_001)],
  ],
  isOpen: true,
});

describe('what is shown once or never', () => {
  it.each([
    ['an API token', identity.apiToken, ['token']],
    ['an API token of an organization', identity.organizationToken, ['token']],
    ['an identity provider', identity.identityProvider, ['clientSecret']],
  ] as const)('is no field of the answer that lists %s', (_name, { shape }, secrets) => {
    expect(Object.keys(shape).filter((field) => secrets.includes(field as never))).toEqual([]);
  });
});
