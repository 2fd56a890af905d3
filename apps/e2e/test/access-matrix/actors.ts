import { randomUUID } from 'node:crypto';
import { type Grant, type Permission, permissions } from '@berth/access';
import { administrator, type Services } from './services.js';
import { logIn, newPerson, type Tenant } from './tenant.js';

/** Somebody who knocks, and what the permission table knows of them in the first tenant. */
export interface Actor {
  readonly name: string;
  readonly token: string;
  readonly administrator: boolean;
  readonly grants: readonly Grant[];
  /** Whether it is nobody to the first tenant: no answer may tell anything of it. */
  readonly isStranger: boolean;
  readonly isMachine?: true;
}

const rolesOn = {
  organization: ['admin', 'developer', 'viewer', 'billing'],
  project: ['admin', 'developer', 'viewer'],
  environment: ['admin', 'developer', 'viewer'],
} as const;

const { viewer = [], admin = [] } = permissions.organization;
const beyondViewers = admin.filter((permission) => !viewer.includes(permission));

/** Roles of an organization's own. Each permission that such a role may have is in one of them and not in the other. */
const halves: Readonly<Record<string, readonly Permission[]>> = {
  'first half': [...viewer, ...beyondViewers.filter((_, index) => index % 2 === 0)],
  'second half': [...viewer, ...beyondViewers.filter((_, index) => index % 2 === 1)],
};

/** Everybody who may be of interest: each role on each kind of scope, and those without one. */
export async function actorsOf(services: Services, tenant: Tenant, other: Tenant): Promise<Actor[]> {
  const { organization } = tenant.has;
  const members: Actor[] = [];
  for (const kind of ['organization', 'project', 'environment'] as const)
    for (const role of rolesOn[kind])
      members.push(await member(tenant, { scope: { kind, id: tenant.has[kind] }, role }));
  for (const half of Object.keys(halves)) members.push(await customMember(tenant, 'organization', half));
  members.push(await customMember(tenant, 'project', 'first half'));
  members.push(await customMember(tenant, 'environment', 'second half'));
  const ownership = [{ scope: { kind: 'organization', id: organization }, role: 'owner' }] as const;
  const stranger = { administrator: false, grants: [], isStranger: true };
  const admin = (await logIn(services, administrator)).accessToken;
  return [
    { name: 'owner', token: tenant.owner.accessToken, administrator: false, grants: ownership, isStranger: false },
    ...members,
    await machine(tenant, 'admin'),
    await machine(tenant, 'viewer'),
    { ...(await machine(other, 'admin')), ...stranger, name: 'service account of another tenant' },
    { name: 'administrator', token: admin, administrator: true, grants: [], isStranger: false },
    { ...stranger, name: 'owner of another tenant', token: other.owner.accessToken },
    { ...stranger, name: 'viewer of another tenant', token: (await member(other, viewerOf(other))).token },
    { ...stranger, name: 'member of nothing', token: (await newPerson(services, 'nobody')).accessToken },
    { ...stranger, name: 'former administrator of the tenant', token: await formerMember(tenant) },
  ];
}

const viewerOf = ({ has }: Tenant): Grant => ({
  scope: { kind: 'organization', id: has.organization },
  role: 'viewer',
});

async function member(tenant: Tenant, grant: Grant): Promise<Actor> {
  const person = await newPerson(tenant.services, tenant.mark);
  await tenant.join(person, grant);
  const name = `${grant.role} of the ${grant.scope.kind}`;
  return { name, token: person.accessToken, administrator: false, grants: [grant], isStranger: false };
}

/** Nobody is invited to a custom role: it is given to who has another one already. */
async function customMember(tenant: Tenant, kind: keyof typeof rolesOn, half: string): Promise<Actor> {
  const { has, mark, services } = tenant;
  const organizationId = has.organization;
  const person = await newPerson(services, mark);
  const elsewhere: Grant = { scope: { kind: 'environment', id: randomUUID() }, role: 'viewer' };
  await tenant.join(person, elsewhere);
  const own: Grant = { scope: { kind, id: has[kind] }, role: 'custom', permissions: halves[half] ?? [] };
  const roleId = await tenant.make('/v1/roles', { organizationId, name: tenant.name(), permissions: own.permissions });
  await tenant.make('/v1/memberships', {
    organizationId,
    email: person.email,
    role: 'custom',
    roleId,
    scope: own.scope,
  });
  const name = `custom role, ${half}, of the ${kind}`;
  return { name, token: person.accessToken, administrator: false, grants: [elsewhere, own], isStranger: false };
}

/** A service account, by the grant that a machine has. */
async function machine(tenant: Tenant, role: 'admin' | 'viewer'): Promise<Actor> {
  const { services, has, mark } = tenant;
  const id = await tenant.make('/v1/service-accounts', { organizationId: has.organization, name: mark, role });
  const secret = await tenant.must<{ clientSecret: string }>('POST', `/v1/service-accounts/${id}/secrets`, {});
  const fields = { grant_type: 'client_credentials', client_id: id, client_secret: secret.clientSecret };
  const answer = await services.send('POST', '/v1/oauth/token', { body: new URLSearchParams(fields) });
  const token = (JSON.parse(answer.text) as { access_token: string }).access_token;
  const grants = [{ scope: { kind: 'organization', id: has.organization }, role } as const];
  return { name: `service account, ${role}`, token, administrator: false, grants, isStranger: false, isMachine: true };
}

async function formerMember(tenant: Tenant): Promise<string> {
  const person = await newPerson(tenant.services, 'former');
  const scope = { kind: 'organization', id: tenant.has.organization } as const;
  const membership = await tenant.join(person, { scope, role: 'admin' });
  await tenant.must('DELETE', `/v1/memberships/${membership}`);
  return person.accessToken;
}
