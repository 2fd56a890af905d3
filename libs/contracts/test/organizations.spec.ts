import { describe, expect, it } from '@jest/globals';
import * as identity from '../src/identity.js';
import { describeBody, long, uuid, wrongIn } from './support/body.js';

const environment = { kind: 'environment', id: uuid };

describeBody({
  name: 'an API token of an organization',
  schema: identity.createOrganizationToken,
  valid: { organizationId: uuid, name: 'CI', scopes: ['deployments:*'], role: 'developer' },
  takes: [
    ['/scope', environment],
    ['/role', 'billing'],
    ['/role', 'admin'],
  ],
  refuses: [
    ['/role', 'owner'],
    ['/role', 'custom'],
    ['/role', undefined],
    ['/scopes', []],
    ['/scopes', ['*', 'apps'], '/scopes/1'],
    ['/scope', { kind: 'organization' }, '/scope/id'],
    ['/expiresInDays', 366],
  ],
});

describe('the role billing', () => {
  it.each([
    ['an API token', identity.createOrganizationToken, { name: 'CI', scopes: ['*'] }],
    ['a service account', identity.createServiceAccount, { name: 'CI' }],
    ['a member', identity.createMembership, { email: 'ada@example.com' }],
  ] as const)('of %s is one on an organization only', (_name, schema, body) => {
    const whole = { ...body, organizationId: uuid, role: 'billing' };
    expect(wrongIn(schema, whole)).toEqual([]);
    expect(wrongIn(schema, { ...whole, scope: { kind: 'organization', id: uuid } })).toEqual([]);
    expect(wrongIn(schema, { ...whole, scope: { kind: 'project', id: uuid } })).toEqual(['/role']);
    expect(wrongIn(schema, { ...whole, scope: environment })).toEqual(['/role']);
  });
});

describeBody({
  name: 'a change of an organization',
  schema: identity.updateOrganization,
  valid: {},
  takes: [
    ['/displayName', null],
    ['/displayName', long(100)],
    ['/secondFactorRequired', true],
  ],
  refuses: [
    ['/displayName', ''],
    ['/displayName', long(101)],
    ['/secondFactorRequired', null],
    ['/slug', 'acme', ''],
  ],
});

describeBody({
  name: 'the deletion of an organization',
  schema: identity.deleteOrganization,
  valid: { slug: 'acme' },
  refuses: [
    ['/slug', undefined],
    ['/slug', 'Acme'],
  ],
});

describeBody({
  name: 'a role of one’s own',
  schema: identity.createRole,
  valid: { organizationId: uuid, name: 'release-manager', permissions: ['deployments:create'] },
  takes: [
    ['/permissions', []],
    ['/permissions', Array.from({ length: 200 }, () => long(100))],
  ],
  refuses: [
    ['/permissions', Array.from({ length: 201 }, () => 'a:b')],
    ['/permissions', [long(101)], '/permissions/0'],
    ['/permissions', [null], '/permissions/0'],
    ['/name', 'Release Manager'],
  ],
});

describeBody({
  name: 'an act of an administrator',
  schema: identity.administrativeAct,
  valid: { reason: 'abuse' },
  takes: [
    ['/reason', 'abc'],
    ['/reason', long(500)],
  ],
  refuses: [
    ['/reason', undefined],
    ['/reason', 'ab'],
    ['/reason', '  ab  '],
    ['/reason', long(501)],
    ['/reason', 'abc\0'],
    ['/reason', 'abc\ud800'],
  ],
});

describe('a search for people and organizations', () => {
  it('finds whatever the case and the space around it', () => {
    for (const schema of [identity.userSearch, identity.organizationSearch])
      expect(schema.parse({ search: '  ADA@Example ' })).toMatchObject({ search: 'ada@example', limit: 50 });
  });

  it('finds all when it names nobody', () => expect(identity.userSearch.parse({}).search).toBe(''));

  it.each([long(255), 'a\0', '\ud800'])('is refused for what nobody can be called: %j', (search) =>
    expect(wrongIn(identity.userSearch, { search })).toEqual(['/search']),
  );
});

describe('a change of an identity provider', () => {
  it('fills in nothing that it does not name', () => {
    expect(identity.updateIdentityProvider.parse({ displayName: 'Acme' })).toEqual({ displayName: 'Acme' });
  });

  it('never leads to another place: the same subject there is somebody else', () => {
    const endpoints = { kind: 'oidc', issuer: 'https://elsewhere.example' };
    expect(wrongIn(identity.updateIdentityProvider, { endpoints })).toEqual(['']);
  });

  it.each([
    [{ defaultRole: 'owner' }, '/defaultRole'],
    [{ roles: [{ claim: 'groups', value: 'ops', role: 'owner' }] }, '/roles/0/role'],
    [{ roles: [{ claim: 'groups', value: 'ops', role: 'custom' }] }, '/roles/0/role'],
    [{ clientSecret: null }, '/clientSecret'],
    [{ scopes: Array.from({ length: 21 }, () => 'openid') }, '/scopes'],
  ])('may not be %j', (body, pointer) => expect(wrongIn(identity.updateIdentityProvider, body)).toEqual([pointer]));
});

describe('a query of the audit trail', () => {
  it.each([
    ['/service', 'nobody'],
    ['/from', '2026-11-21'],
    ['/to', 'now'],
    ['/actor', long(101)],
    ['/action', long(101)],
    ['/target', long(201)],
  ])('is refused where %s is %j', (pointer, value) => {
    const query = { [pointer.slice(1)]: value };
    expect(wrongIn(identity.platformAuditQuery, query)).toEqual([pointer]);
    expect(wrongIn(identity.auditExportQuery, { ...query, organization: uuid })).toEqual([pointer]);
  });

  it('is of an organization, unless it is of the platform itself', () => {
    expect(wrongIn(identity.auditQuery, {})).toEqual(['/organization']);
    expect(wrongIn(identity.platformAuditQuery, {})).toEqual([]);
  });
});
