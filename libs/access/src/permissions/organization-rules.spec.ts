import { describe, expect, it } from '@jest/globals';
import { administratorPermissions, type Permission, permissions } from './permissions.js';
import { refusalOf } from './organization-rules.js';

const person = { kind: 'user' as const, administrator: false, secondFactor: false };
const rules = { suspended: false, secondFactorRequired: false };
const all = permissions.organization.owner ?? [];

describe('the rules of an organization', () => {
  it('refuse nothing where there are none', () => {
    expect(all.filter((permission) => refusalOf(person, permission, rules))).toEqual([]);
  });

  it('leave its members reading while it is suspended, but no secrets; its owners may still end it', () => {
    const left = all.filter((permission) => !refusalOf(person, permission, { ...rules, suspended: true }));
    expect(left).toContain('organizations:delete');
    expect(left).not.toContain('secrets:read');
    const reads = left.filter((permission) => permission.endsWith(':read') || permission === 'workloads:logs');
    expect(left.filter((permission) => !reads.includes(permission))).toEqual(['organizations:delete']);
    expect(all.filter((permission) => permission.endsWith(':read') && permission !== 'secrets:read')).toEqual(
      reads.filter((permission) => permission !== 'workloads:logs'),
    );
  });

  it.each<[string, Partial<typeof person> | { kind: 'service-account' }, boolean]>([
    ['a person without it', {}, true],
    ['a person with it', { secondFactor: true }, false],
    ['a machine, which has none', { kind: 'service-account' }, false],
    ['an administrator of the platform', { administrator: true }, false],
  ])('that ask for a second factor: %s', (_, who, isRefused) => {
    const refusals = all.map((permission) =>
      refusalOf({ ...person, ...who }, permission, { ...rules, secondFactorRequired: true }),
    );
    expect(refusals.every((refusal) => (refusal?.error === 'SecondFactorNeeded') === isRefused)).toBe(true);
  });

  it('do not bind administrators of the platform', () => {
    const strict = { suspended: true, secondFactorRequired: true };
    const refused = (permission: Permission) => refusalOf({ ...person, administrator: true }, permission, strict);
    expect(administratorPermissions.filter(refused)).toEqual([]);
  });

  it('ask for the second factor first: whoever cannot come in is not told what else holds', () => {
    const strict = { suspended: true, secondFactorRequired: true };
    expect(refusalOf(person, 'apps:create', strict)?.error).toBe('SecondFactorNeeded');
  });
});
