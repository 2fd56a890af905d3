import type { Role, Scope } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { can, type Grant, mayKnow, placesWhere, scopesAllow, type Target } from './can.js';
import { administratorPermissions, type Permission, permissions } from './permissions.js';

const kinds = ['organization', 'project', 'environment'] as const;
const everything = [...new Set(kinds.flatMap((kind) => Object.values(permissions[kind]).flat()))];
const all = [...new Set([...everything, ...administratorPermissions])];

/** Few, and the same for every kind of scope: where a role was given is said by kind and id together. */
const name = fc.nat(2).map((n) => `n${n}`);
const scope: fc.Arbitrary<Scope> = fc.constantFrom(...kinds).chain((kind) => name.map((id) => ({ kind, id })));
const role = fc.constantFrom<Role>('owner', 'admin', 'developer', 'viewer', 'billing');
const custom = fc.record({
  scope,
  role: fc.constant('custom' as const),
  permissions: fc.array(fc.oneof(fc.constantFrom<string>(...all), fc.constant('made:up')), { maxLength: 5 }),
});
const grant: fc.Arbitrary<Grant> = fc.oneof(fc.record({ scope, role }), custom);
const grants = fc.array(grant, { maxLength: 6 });
const permission = fc.constantFrom<Permission>(...all);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ organizationId: name }),
  fc.record({ organizationId: name, projectId: name }),
  fc.record({ organizationId: name, projectId: name, environmentId: name }),
);
const subject = fc.record({ administrator: fc.boolean(), grants });

/** Where an object lies, said without `can`. */
const placesOf = ({ organizationId, projectId, environmentId }: Target) =>
  [`organization ${organizationId}`, `project ${projectId}`, `environment ${environmentId}`] as const;

describe('what somebody may do', () => {
  it('is what one of the roles on the way to the object allows, and nothing else', () => {
    fc.assert(
      fc.property(grants, permission, target, (held, asked, on) => {
        const expected = held.some(
          (each) =>
            (placesOf(on) as readonly string[]).includes(`${each.scope.kind} ${each.scope.id}`) &&
            (each.role === 'custom' ? (each.permissions ?? []) : (permissions[each.scope.kind][each.role] ?? [])).some(
              (allowed) => allowed === asked,
            ),
        );
        expect(can({ administrator: false, grants: held }, asked, on)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is true of exactly the places that a list shows', () => {
    fc.assert(
      fc.property(subject, permission, name, name, (who, asked, organizationId, id) => {
        const where = placesWhere(who, asked, organizationId);
        const [project, environment] = [
          { organizationId, projectId: id },
          { organizationId, environmentId: id },
        ];
        expect(where === null || where.projects.includes(id)).toBe(can(who, asked, project));
        expect(where === null || where.environments.includes(id)).toBe(can(who, asked, environment));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never becomes less by one role more, nor by being administrator', () => {
    fc.assert(
      fc.property(subject, grant, permission, target, (who, more, asked, on) => {
        if (!can(who, asked, on)) return;
        expect(can({ ...who, grants: [...who.grants, more] }, asked, on)).toBe(true);
        expect(can({ ...who, administrator: true }, asked, on)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is never done to what they may not know', () => {
    fc.assert(
      fc.property(subject, permission, target, (who, asked, on) => {
        if (can(who, asked, on)) expect(mayKnow(who, on)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('ends at the border of the organization, the project and the environment', () => {
    fc.assert(
      fc.property(grants, permission, target, (held, asked, on) => {
        const elsewhere = held.filter(
          ({ scope: { kind, id } }) => !(placesOf(on) as readonly string[]).includes(`${kind} ${id}`),
        );
        expect(can({ administrator: false, grants: elsewhere }, asked, on)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is, for an administrator without a role, to look at what is a tenant’s, and never at a secret', () => {
    const who = { administrator: true, grants: [] };
    const allowed = everything.filter((each) => can(who, each, { organizationId: 'o1' }));
    expect(allowed.length).toBeGreaterThan(10);
    expect(allowed.filter((each) => !/^(?!secrets)[a-z-]+:(read|logs)$/.test(each))).toEqual([]);
  });
});

describe('roles', () => {
  const of = (kind: Scope['kind'], held: Role) => permissions[kind][held] ?? [];

  it.each(kinds)('on a %s hold more from viewer to developer to admin', (kind) => {
    for (const [lower, higher] of [
      ['viewer', 'developer'],
      ['developer', 'admin'],
    ] as const)
      for (const each of of(kind, lower)) expect(of(kind, higher)).toContain(each);
  });

  it('hold at least as much on what is wider', () => {
    for (const held of ['viewer', 'developer', 'admin'] as const) {
      for (const each of of('environment', held)) expect(of('project', held)).toContain(each);
      for (const each of of('project', held)) expect(of('organization', held)).toContain(each);
    }
    for (const each of of('organization', 'admin')) expect(of('organization', 'owner')).toContain(each);
  });

  it('of a tenant hold nothing that is the platform’s', () => {
    for (const each of ['quotas:update', 'signing-keys:read', 'signing-keys:rotate', 'snapshots:create'] as const)
      expect(everything).not.toContain(each);
  });
});

describe('the scopes of a token', () => {
  it('allow exactly what they name, a whole segment, or everything', () => {
    const scopes = fc.array(
      fc.oneof(
        permission,
        permission.map((each) => `${each.split(':')[0]}:*`),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(scopes, permission, (held, asked) => {
        const expected = held.includes(asked) || held.includes(`${asked.split(':')[0]}:*`);
        expect(scopesAllow(held, asked)).toBe(expected);
        expect(scopesAllow([...held, '*'], asked)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', ':', '*:*', 'apps', 'apps:', 'APPS:READ', '*:read', 'apps:rea', 'apps:readx'])(
    'that are none allow nothing: %j',
    (held) => {
      for (const each of all) expect(scopesAllow([held], each)).toBe(false);
    },
  );
});
