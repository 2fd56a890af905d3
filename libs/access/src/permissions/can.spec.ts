import type { Role, Scope } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import { can, type Grant, mayKnow, scopesAllow, type Target } from './can.js';
import { administratorPermissions, type Permission, permissions } from './permissions.js';

const organization: Target = { organizationId: 'o1' };
const project: Target = { organizationId: 'o1', projectId: 'p1' };
const environment: Target = { organizationId: 'o1', projectId: 'p1', environmentId: 'e1' };
const at: Record<Scope['kind'], Scope> = {
  organization: { kind: 'organization', id: 'o1' },
  project: { kind: 'project', id: 'p1' },
  environment: { kind: 'environment', id: 'e1' },
};
const having = (kind: Scope['kind'], role: Role) => ({ administrator: false, grants: [{ scope: at[kind], role }] });
const nobody = { administrator: false, grants: [] };
const administrator = { administrator: true, grants: [] };

describe('can', () => {
  const rows: [Scope['kind'], Role, Permission, Target, boolean][] = [
    ['organization', 'owner', 'memberships:own', organization, true],
    ['organization', 'admin', 'memberships:own', organization, false],
    ['organization', 'owner', 'identity-providers:update', organization, true],
    ['organization', 'admin', 'identity-providers:update', organization, false],
    ['organization', 'admin', 'identity-providers:read', organization, true],
    ['organization', 'developer', 'identity-providers:read', organization, false],
    ['organization', 'admin', 'memberships:create', organization, true],
    ['organization', 'admin', 'projects:create', organization, true],
    ['organization', 'developer', 'projects:create', organization, false],
    ['organization', 'developer', 'deployments:create', environment, true],
    ['organization', 'developer', 'secrets:read', environment, true],
    ['organization', 'viewer', 'secrets:read', environment, false],
    ['organization', 'viewer', 'deployments:create', environment, false],
    ['organization', 'viewer', 'workloads:logs', environment, true],
    ['organization', 'viewer', 'audit:read', organization, false],
    ['organization', 'billing', 'usage:read', environment, true],
    ['organization', 'billing', 'workloads:read', environment, false],
    ['organization', 'billing', 'budgets:update', environment, true],
    ['organization', 'developer', 'budgets:update', environment, false],
    ['environment', 'viewer', 'budgets:read', environment, true],
    ['organization', 'viewer', 'credits:read', organization, true],
    ['organization', 'developer', 'credits:redeem', organization, false],
    ['organization', 'owner', 'credits:update', organization, false],
    ['organization', 'billing', 'audit:read', organization, false],
    ['organization', 'owner', 'quotas:update', organization, false],
    ['organization', 'owner', 'signing-keys:rotate', organization, false],
    ['project', 'admin', 'projects:delete', project, true],
    ['project', 'admin', 'environments:create', project, true],
    ['project', 'admin', 'projects:create', organization, false],
    ['project', 'admin', 'memberships:create', organization, false],
    ['project', 'developer', 'apps:create', project, true],
    ['project', 'developer', 'apps:delete', project, false],
    ['project', 'developer', 'deployments:create', environment, true],
    ['project', 'viewer', 'apps:create', project, false],
    ['project', 'viewer', 'workloads:read', environment, true],
    ['environment', 'admin', 'environments:delete', environment, true],
    ['environment', 'admin', 'environments:create', project, false],
    ['environment', 'developer', 'deployments:create', environment, true],
    ['environment', 'developer', 'apps:create', project, false],
    ['environment', 'viewer', 'deployments:create', environment, false],
    ['environment', 'viewer', 'projects:read', project, false],
  ];
  it.each(rows)('%s %s, %s on %j: %s', (kind, role, permission, target, expected) => {
    expect(can(having(kind, role), permission, target)).toBe(expected);
  });

  it.each<[Scope['kind'], Target]>([
    ['organization', { organizationId: 'o2', projectId: 'p1', environmentId: 'e1' }],
    ['project', { organizationId: 'o1', projectId: 'p2', environmentId: 'e1' }],
    ['environment', { organizationId: 'o1', projectId: 'p1', environmentId: 'e2' }],
  ])('a role on another %s gives nothing here', (kind, target) => {
    expect(can(having(kind, 'admin'), 'workloads:read', target)).toBe(false);
    expect(mayKnow(having(kind, 'admin'), target)).toBe(false);
  });

  it('adds up several roles', () => {
    const grants = [
      { scope: at.organization, role: 'viewer' as const },
      { scope: at.environment, role: 'developer' as const },
    ];
    expect(can({ administrator: false, grants }, 'deployments:create', environment)).toBe(true);
    expect(can({ administrator: false, grants }, 'deployments:create', { ...environment, environmentId: 'e2' })).toBe(
      false,
    );
  });

  it('gives nothing to nobody', () => {
    expect(can(nobody, 'organizations:read', organization)).toBe(false);
  });

  it.each<[Permission, boolean]>([
    ['quotas:update', true],
    ['signing-keys:rotate', true],
    ['audit:read', true],
    ['workloads:read', true],
    ['secrets:read', false],
    ['deployments:create', false],
    ['memberships:own', false],
  ])('a platform administrator, %s: %s', (permission, expected) => {
    expect(can(administrator, permission, environment)).toBe(expected);
  });

  it('ignores an owner or billing role on less than an organization', () => {
    expect(can(having('project', 'owner'), 'projects:read', project)).toBe(false);
    expect(can(having('environment', 'billing'), 'usage:read', environment)).toBe(false);
  });
});

describe('the permission table', () => {
  const includes = (all: readonly string[] | undefined, some: readonly string[] | undefined) =>
    expect(all).toEqual(expect.arrayContaining([...(some ?? ['none'])]));

  it.each<Scope['kind']>(['organization', 'project', 'environment'])(
    'each higher role on %s holds the lower ones',
    (kind) => {
      includes(permissions[kind].developer, permissions[kind].viewer);
      includes(permissions[kind].admin, permissions[kind].developer);
    },
  );

  it.each<Role>(['viewer', 'developer', 'admin'])('a %s of more holds what a %s of less does', (role) => {
    includes(permissions.project[role], permissions.environment[role]);
    includes(permissions.organization[role], permissions.project[role]);
  });

  it('lets viewers change nothing, and billing only what is spent', () => {
    const changes = (held: readonly Permission[] = []) => held.filter((each) => !/:(read|logs)$/.test(each));
    for (const kind of ['organization', 'project', 'environment'] as const)
      expect(changes(permissions[kind].viewer)).toEqual([]);
    expect(changes(permissions.organization.billing)).toEqual(['budgets:update', 'credits:redeem', 'payments:create']);
  });

  it('gives operations of the platform to no role', () => {
    const held = Object.values(permissions).flatMap((roles) => Object.values(roles).flat());
    for (const each of ['quotas:update', 'signing-keys:rotate'] as const) expect(held).not.toContain(each);
    expect(administratorPermissions).toContain('quotas:update');
  });

  it('names each permission <segment>:<verb>', () => {
    const held = Object.values(permissions).flatMap((roles) => Object.values(roles).flat());
    for (const each of [...held, ...administratorPermissions]) expect(each).toMatch(/^[a-z]+(-[a-z]+)*:[a-z]+$/);
  });
});

describe('mayKnow', () => {
  it('an organization is known to whoever has a role anywhere in it', () => {
    expect(mayKnow(having('environment', 'viewer'), organization)).toBe(true);
    expect(mayKnow(nobody, organization)).toBe(false);
  });
  it('a project only to whoever has a role that covers it', () => {
    expect(mayKnow(having('organization', 'billing'), project)).toBe(true);
    expect(mayKnow(having('project', 'viewer'), project)).toBe(true);
    expect(mayKnow(having('project', 'viewer'), { organizationId: 'o1', projectId: 'p2' })).toBe(false);
  });
  it('everything to a platform administrator', () => {
    expect(mayKnow(administrator, environment)).toBe(true);
  });
});

describe('scopesAllow', () => {
  it.each<[string[], Permission, boolean]>([
    [['*'], 'secrets:read', true],
    [['secrets:*'], 'secrets:read', true],
    [['secrets:read'], 'secrets:read', true],
    [['secrets:read'], 'secrets:update', false],
    [['config:*'], 'secrets:read', false],
    [['secrets'], 'secrets:read', false],
    [[], 'secrets:read', false],
  ])('%j for %s: %s', (scopes, permission, expected) => {
    expect(scopesAllow(scopes, permission)).toBe(expected);
  });
});

describe('somebody with a role in each of 10,000 projects', () => {
  let looked = 0;
  const grants = Array.from({ length: 10_000 }, (_, number): Grant => {
    const scope: Scope = { kind: 'project', id: `p${number}` };
    return {
      get scope() {
        looked += 1;
        return scope;
      },
      role: 'developer',
    };
  });
  const subject = { administrator: false, grants };
  const inProject = (projectId: string) => ({ organizationId: 'o1', projectId });

  it('is judged by the roles on the way to the object: the others are looked at once, not at each check', () => {
    can(subject, 'apps:read', inProject('p0'));
    looked = 0;
    expect(can(subject, 'apps:create', inProject('p9999'))).toBe(true);
    expect(can(subject, 'apps:create', inProject('p10000'))).toBe(false);
    expect(mayKnow(subject, inProject('p5000'))).toBe(true);
    expect(mayKnow(subject, inProject('p10001'))).toBe(false);
    expect(looked).toBe(3);
  });
});
