import { randomUUID } from 'node:crypto';
import type { Permission } from '@berth/access';
import { anyone, anyVersion, byId, needs, open, own, proven, type Rows } from '../row.js';
import { identityProvider, logIn, newPerson, password, roomyQuota, type Tenant } from '../tenant.js';

/** The guard comes before the body is looked at: this gets past it, and does nothing. */
const unreadable = () => ({ body: { unknown: 1 } });

/** Nothing is there, and whoever may ask is told so. */
const nobodys = () => ({ path: { id: randomUUID() } });

const unreadableForm = () => ({ body: new URLSearchParams({ unknown: '1' }) });

const onNobody = (permission: Permission) =>
  needs(permission, 'platform', 404, () => ({ ...nobodys(), body: { reason: 'the matrix' } }));

const organization = ({ has }: Tenant) => ({ query: { organization: has.organization } });

const newRole = (tenant: Tenant, scope?: { kind: string; id: string }) => ({
  organizationId: tenant.has.organization,
  email: `${tenant.name()}@example.com`,
  role: 'viewer',
  ...(scope === undefined ? {} : { scope }),
});

/** One more role for somebody who has one elsewhere in the organization. */
const newMember = async (tenant: Tenant, scope?: { kind: string; id: string }) => {
  const person = await newPerson(tenant.services, tenant.mark);
  await tenant.join(person, { role: 'viewer', scope: { kind: 'environment', id: tenant.has.environment } });
  return { body: { ...newRole(tenant, scope), email: person.email } };
};

const onProject = ({ has }: Tenant) => ({ kind: 'project', id: has.project });

/**
 * Projects are not known here, so a role may be given on one that is not there. It is a role in the caller's own
 * organization whatever it names: nobody gets into another one by it.
 */
const scopesOfOthers = { '/scope/id': 201 } as const;

const machine = ({ has }: Tenant) => ({ organizationId: has.organization, name: 'ci', role: 'viewer' });

const organizationToken = (tenant: Tenant) => ({ ...machine(tenant), scopes: ['apps:read'] });

const newSession = async ({ services, owner }: Tenant) =>
  (await logIn(services, { email: owner.email, password })).sessionId;

const newApiToken = (tenant: Tenant) => tenant.make('/v1/api-tokens', { name: tenant.name(), scopes: ['apps:read'] });

const groupOf = (tenant: Tenant) => ({ organizationId: tenant.has.organization, name: tenant.name() });
const roleOf = (tenant: Tenant) => ({ ...groupOf(tenant), permissions: [] });
const newGroup = (tenant: Tenant) => tenant.make('/v1/groups', groupOf(tenant));
const newCustomRole = (tenant: Tenant) => tenant.make('/v1/roles', roleOf(tenant));

/** A role that another organization defined is refused as one that nobody defined, with a pointer. */
const rolesOfOthers = { '/roleId': 422 } as const;

const newCustomMember = async (tenant: Tenant) => {
  const { body } = await newMember(tenant);
  return { body: { ...body, role: 'custom', roleId: await newCustomRole(tenant) } };
};

const somebodyElse = async ({ services, mark }: Tenant) => (await newPerson(services, mark)).accessToken;

export const userManagementRows: Rows = {
  'GET /.well-known/jwks.json': open(200),
  'POST /v1/auth/register': open(422, unreadable),
  'POST /v1/auth/verify-email': open(422, unreadable),
  'POST /v1/auth/login': open(422, unreadable),
  'POST /v1/auth/refresh': open(422, unreadable),
  'POST /v1/auth/token': open(422, unreadable),
  'POST /v1/auth/recovery': open(422, unreadable),
  'POST /v1/auth/recovery/complete': open(422, unreadable),
  'POST /v1/invitations/decline': open(422, unreadable),
  'GET /v1/auth/oidc/providers': open(200, () => ({ query: { organization: 'nobody-has-this-name' } })),
  'POST /v1/auth/oidc/flows': {
    ...open(422, unreadable),
    also: [({ has }) => ({ body: { providerId: has.provider } })],
  },
  'POST /v1/auth/oidc/flows/answer': open(422, unreadable),
  'POST /v1/auth/oidc/flows/login': open(422, unreadable),
  'POST /v1/auth/oidc/flows/prove-address': open(422, unreadable),
  'POST /v1/auth/oidc/flows/register': open(422, unreadable),
  'POST /v1/auth/passkeys/challenge': { ...open(200), unrecorded: 'a challenge changes nothing' },
  'POST /v1/auth/passkeys/login': open(422, unreadable),
  'GET /.well-known/oauth-authorization-server': open(200),
  'POST /v1/oauth/token': open(400, unreadableForm),
  'POST /v1/oauth/introspect': open(400, unreadableForm),
  'POST /v1/oauth/revoke': open(400, unreadableForm),
  'POST /v1/oauth/device_authorization': open(400, unreadableForm),
  'GET /v1/oauth/device': open(200),
  'POST /v1/oauth/device': open(422, unreadableForm),
  'GET /v1/oauth/device/passkey': open(422),
  'POST /v1/oauth/device/passkey': open(422, unreadableForm),
  'POST /v1/oauth/device/second-factor': open(422, unreadableForm),
  'GET /v1/oauth/device/providers': open(422),
  'POST /v1/oauth/device/sign-in': open(422, unreadableForm),
  'GET /v1/oauth/device/callback': open(422),
  'GET /v1/oauth/device/confirm': open(422),
  'POST /v1/oauth/device/confirm': open(422, unreadableForm),
  'GET /v1/me': { ...anyone(200), machines: 404 },
  'PATCH /v1/me': anyone(200, () => ({ body: { displayName: 'Somebody' }, ...anyVersion })),
  'GET /v1/me/export': { ...proven(anyone(200)), tellsFormer: ['organization'] },
  'POST /v1/me/email': anyone(422, unreadable),
  'POST /v1/me/email/confirm': anyone(422, unreadable),
  'POST /v1/me/deactivation': { ...anyone(204), as: somebodyElse },
  'POST /v1/me/deletion': { ...anyone(202), as: somebodyElse },
  'GET /v1/me/impersonations': anyone(200),
  'POST /v1/me/impersonations/{id}/consent': proven(anyone(404, nobodys)),
  'DELETE /v1/me/impersonations/{id}': anyone(404, nobodys),
  'POST /v1/auth/logout': { ...anyone(204), as: somebodyElse },
  'POST /v1/auth/password': anyone(422, unreadable),
  'GET /v1/auth/totp': anyone(200),
  'POST /v1/auth/totp': anyone(422, unreadable),
  'POST /v1/auth/totp/confirm': anyone(422, unreadable),
  'POST /v1/auth/totp/disable': anyone(422, unreadable),
  'POST /v1/auth/device': anyone(422, unreadable),
  'POST /v1/auth/step-up': anyone(422, unreadable),
  'POST /v1/auth/recovery-codes': proven(anyone(409)),
  'GET /v1/auth/passkeys': anyone(200),
  'POST /v1/auth/passkeys': anyone(422, unreadable),
  'POST /v1/auth/passkeys/options': { ...anyone(200), unrecorded: 'a challenge changes nothing' },
  'PUT /v1/auth/passkeys/{id}': anyone(404, () => ({ ...nobodys(), body: { name: 'Phone' } })),
  'DELETE /v1/auth/passkeys/{id}': anyone(404, nobodys),
  'GET /v1/auth/identities': anyone(200),
  'POST /v1/auth/identities': anyone(422, unreadable),
  'DELETE /v1/auth/identities/{id}': proven(anyone(404, nobodys)),
  'GET /v1/sessions': anyone(200),
  'DELETE /v1/sessions': proven({ ...anyone(204), as: somebodyElse }),
  'DELETE /v1/sessions/{id}': proven(own(204, async (tenant) => ({ path: { id: await newSession(tenant) } }))),
  'GET /v1/api-tokens': anyone(200),
  'POST /v1/api-tokens': anyone(422, unreadable),
  'DELETE /v1/api-tokens/{id}': own(204, async (tenant) => ({ path: { id: await newApiToken(tenant) } })),
  'GET /v1/organizations': anyone(200),
  'POST /v1/organizations': anyone(422, unreadable),
  'GET /v1/organizations/{id}': byId('organizations:read', 'organization', 200, ({ has }) => has.organization),
  'PATCH /v1/organizations/{id}': byId('organizations:update', 'organization', 200, ({ has }) => has.organization, {
    body: {},
    ...anyVersion,
  }),
  'POST /v1/organizations/{id}/transfer': proven(
    byId('memberships:own', 'organization', 422, ({ has }) => has.organization, {
      body: { userId: randomUUID() },
    }),
  ),
  'POST /v1/organizations/{id}/deletion': proven(
    byId('organizations:delete', 'organization', 422, ({ has }) => has.organization, {
      body: { slug: 'the-wrong-name' },
    }),
  ),
  'DELETE /v1/organizations/{id}/deletion': byId(
    'organizations:delete',
    'organization',
    409,
    ({ has }) => has.organization,
  ),
  'GET /v1/roles': needs('roles:read', 'organization', 200, organization),
  'POST /v1/roles': needs('roles:update', 'organization', 201, (tenant) => ({ body: roleOf(tenant) })),
  'GET /v1/roles/{id}': byId('roles:read', 'organization', 200, newCustomRole),
  'PATCH /v1/roles/{id}': byId('roles:update', 'organization', 200, newCustomRole, {
    body: { permissions: [] },
    ...anyVersion,
  }),
  'DELETE /v1/roles/{id}': byId('roles:update', 'organization', 204, newCustomRole),
  'GET /v1/groups': needs('groups:read', 'organization', 200, organization),
  'POST /v1/groups': needs('groups:update', 'organization', 201, (tenant) => ({ body: groupOf(tenant) })),
  'GET /v1/groups/{id}': byId('groups:read', 'organization', 200, newGroup),
  'PATCH /v1/groups/{id}': byId('groups:update', 'organization', 200, newGroup, { body: {}, ...anyVersion }),
  'DELETE /v1/groups/{id}': byId('groups:update', 'organization', 204, newGroup),
  'GET /v1/memberships': {
    ...needs('memberships:read', 'organization', 200, organization),
    also: [({ has, owner }) => ({ query: { organization: has.organization, user: owner.id } })],
    // Nobody outside the organization has anything in it: an empty list.
    foreign: { '?user': 200 },
  },
  'POST /v1/memberships': {
    handsOn: true,
    ...needs('memberships:create', 'organization', 201, (tenant) => newMember(tenant)),
    also: [(tenant) => newMember(tenant, onProject(tenant)), newCustomMember],
    foreign: { ...scopesOfOthers, ...rolesOfOthers },
  },
  'GET /v1/memberships/{id}': byId('memberships:read', 'organization', 200, ({ has }) => has.membership),
  'PATCH /v1/memberships/{id}': {
    handsOn: true,
    ...byId('memberships:update', 'organization', 200, ({ has }) => has.membership, {
      body: { role: 'viewer' },
      ...anyVersion,
    }),
    also: [
      async (tenant) => ({
        path: { id: tenant.has.membership },
        body: { role: 'custom', roleId: await newCustomRole(tenant) },
        ...anyVersion,
      }),
    ],
    foreign: rolesOfOthers,
  },
  'DELETE /v1/memberships/{id}': byId('memberships:delete', 'organization', 204, (tenant) => tenant.newMembership()),
  'GET /v1/invitations': needs('memberships:create', 'organization', 200, organization),
  'POST /v1/invitations': {
    handsOn: true,
    ...needs('memberships:create', 'organization', 201, (tenant) => ({ body: newRole(tenant) })),
    also: [(tenant) => ({ body: newRole(tenant, onProject(tenant)) })],
    foreign: scopesOfOthers,
  },
  'POST /v1/invitations/accept': anyone(422, unreadable),
  'POST /v1/invitations/{id}/resend': byId('memberships:create', 'organization', 204, ({ has }) => has.invitation),
  'DELETE /v1/invitations/{id}': byId('memberships:create', 'organization', 204, (tenant) => tenant.newInvitation()),
  'GET /v1/identity-providers': needs('identity-providers:read', 'organization', 200, organization),
  'POST /v1/identity-providers': proven(
    needs('identity-providers:update', 'organization', 201, (tenant) => ({
      body: { organizationId: tenant.has.organization, ...identityProvider(tenant.name()) },
    })),
  ),
  'GET /v1/identity-providers/{id}': byId('identity-providers:read', 'organization', 200, ({ has }) => has.provider),
  'PATCH /v1/identity-providers/{id}': proven(
    byId('identity-providers:update', 'organization', 200, ({ has }) => has.provider, {
      body: {},
      ...anyVersion,
    }),
  ),
  'DELETE /v1/identity-providers/{id}': proven(
    byId('identity-providers:update', 'organization', 204, (tenant) => tenant.newProvider()),
  ),
  'GET /v1/service-accounts': needs('service-accounts:read', 'organization', 200, organization),
  'POST /v1/service-accounts': {
    handsOn: true,
    ...needs('service-accounts:create', 'organization', 201, (tenant) => ({ body: machine(tenant) })),
    also: [(tenant) => ({ body: { ...machine(tenant), scope: onProject(tenant) } })],
    foreign: scopesOfOthers,
    alsoNeeds: ['memberships:create'],
  },
  'GET /v1/service-accounts/{id}': byId('service-accounts:read', 'organization', 200, ({ has }) => has.machine),
  'DELETE /v1/service-accounts/{id}': byId('service-accounts:delete', 'organization', 204, (tenant) =>
    tenant.newMachine(),
  ),
  'POST /v1/service-accounts/{id}/secrets': {
    handsOn: true,
    ...byId('service-accounts:update', 'organization', 201, (tenant) => tenant.newMachine(), { body: {} }),
    alsoNeeds: ['memberships:create'],
  },
  'DELETE /v1/service-accounts/{id}/secrets/{secretId}': needs(
    'service-accounts:update',
    'organization',
    204,
    async (tenant) => {
      const id = await tenant.newMachine();
      return { path: { id, secretId: await tenant.newSecret(id) } };
    },
  ),
  'GET /v1/organization-tokens': needs('organization-tokens:read', 'organization', 200, organization),
  'POST /v1/organization-tokens': {
    handsOn: true,
    ...proven(
      needs('organization-tokens:create', 'organization', 201, (tenant) => ({ body: organizationToken(tenant) })),
    ),
    also: [(tenant) => ({ body: { ...organizationToken(tenant), scope: onProject(tenant) } })],
    foreign: scopesOfOthers,
    alsoNeeds: ['memberships:create'],
  },
  'DELETE /v1/organization-tokens/{id}': byId('organization-tokens:delete', 'organization', 204, (tenant) =>
    tenant.make('/v1/organization-tokens', organizationToken(tenant)),
  ),
  'GET /v1/quotas/{organizationId}': needs('quotas:read', 'organization', 200, ({ has }) => ({
    path: { organizationId: has.organization },
  })),
  'PUT /v1/quotas/{organizationId}': proven(
    needs('quotas:update', 'organization', 200, ({ has }) => ({
      path: { organizationId: has.organization },
      body: roomyQuota,
    })),
  ),
  'GET /v1/audit': needs('audit:read', 'organization', 200, organization),
  'GET /v1/audit/export': needs('audit:read', 'organization', 200, organization),
  'GET /v1/audit/verification': needs('audit:read', 'organization', 200, organization),
  'GET /v1/admin/user-management/users': needs('users:read', 'platform', 200),
  'POST /v1/admin/user-management/users/{id}/suspend': onNobody('users:update'),
  'POST /v1/admin/user-management/users/{id}/resume': onNobody('users:update'),
  'POST /v1/admin/user-management/users/{id}/reset-second-factor': onNobody('users:update'),
  'POST /v1/admin/user-management/users/{id}/sign-out': onNobody('users:update'),
  'POST /v1/admin/user-management/users/{id}/impersonations': onNobody('users:impersonate'),
  'POST /v1/admin/user-management/impersonations/{id}/token': needs('users:impersonate', 'platform', 404, nobodys),
  'GET /v1/admin/user-management/organizations': needs('organizations:read', 'platform', 200),
  'POST /v1/admin/user-management/organizations/{id}/suspend': onNobody('organizations:suspend'),
  'POST /v1/admin/user-management/organizations/{id}/resume': onNobody('organizations:suspend'),
  'GET /v1/admin/user-management/sign-up-policy': needs('sign-up:read', 'platform', 200),
  'PUT /v1/admin/user-management/sign-up-policy': needs('sign-up:update', 'platform', 200, () => ({
    body: { mode: 'open', domains: [] },
  })),
  'GET /v1/admin/user-management/audit': needs('audit:read', 'platform', 200),
  'GET /v1/admin/user-management/audit/export': needs('audit:read', 'platform', 200),
  'GET /v1/admin/user-management/audit/verification': needs('audit:read', 'platform', 200),
  'GET /v1/admin/user-management/signing-keys': needs('signing-keys:read', 'platform', 200),
  'POST /v1/admin/user-management/signing-keys': proven(needs('signing-keys:rotate', 'platform', 201)),
  'GET /v1/admin/user-management/events': needs('dead-letters:update', 'platform', 200),
  'GET /v1/admin/user-management/dead-letters': needs('dead-letters:update', 'platform', 200),
  'POST /v1/admin/user-management/dead-letters/replays': {
    ...needs('dead-letters:update', 'platform', 200, () => ({ body: { key: 'nothing waits for it', reason: 'none' } })),
    unrecorded: 'nothing is there to be replayed',
  },
  'POST /v1/admin/user-management/dead-letters/discards': needs('dead-letters:update', 'platform', 404, () => ({
    body: { id: randomUUID(), reason: 'none' },
  })),
  'POST /v1/admin/user-management/snapshots': needs('snapshots:create', 'platform', 204, () => ({
    body: { aggregate: 'organization' },
  })),
  'POST /v1/admin/user-management/epochs': needs('snapshots:create', 'platform', 422, () => ({
    body: { reason: 'the matrix', over: 2_147_483_646 },
  })),
};
