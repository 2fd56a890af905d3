import type { RoleRule } from '@berth/contracts/identity';
import { describe, expect, it } from '@jest/globals';
import { roleOfClaims } from './role-of-claims.js';

const rule = (claim: string, value: string, role: RoleRule['role'] = 'developer') => ({ claim, value, role });

describe('the role of claims', () => {
  it.each<[string, Record<string, unknown>, RoleRule[], RoleRule['role'] | null]>([
    ['a list that holds the value', { groups: ['a', 'b'] }, [rule('groups', 'b')], 'developer'],
    ['a list without it', { groups: ['ab'] }, [rule('groups', 'a')], null],
    ['a text', { team: 'ops' }, [rule('team', 'ops')], 'developer'],
    ['a number', { level: 3 }, [rule('level', '3')], 'developer'],
    ['a flag', { staff: true }, [rule('staff', 'true')], 'developer'],
    ['the first of two that fit', { g: ['a', 'b'] }, [rule('g', 'b', 'viewer'), rule('g', 'a', 'admin')], 'viewer'],
    ['a path', { realm_access: { roles: ['x'] } }, [rule('realm_access.roles', 'x')], 'developer'],
    ['a name with a dot before a path', { 'a.b': 'x', a: { b: 'y' } }, [rule('a.b', 'y')], null],
    ['a name with slashes', { 'https://x.example/roles': ['r'] }, [rule('https://x.example/roles', 'r')], 'developer'],
    ['no such claim', {}, [rule('groups', 'undefined')], null],
    ['null', { groups: null }, [rule('groups', 'null')], null],
    ['a record', { groups: { a: 1 } }, [rule('groups', '[object Object]')], null],
    ['what every object has', {}, [rule('constructor.name', 'Object')], null],
  ])('%s', (_, claims, roles, expected) => {
    expect(roleOfClaims(claims, { roles, defaultRole: null })).toBe(expected);
  });

  it('is the default where no rule fits', () => {
    expect(roleOfClaims({}, { roles: [rule('a', 'b')], defaultRole: 'viewer' })).toBe('viewer');
    expect(roleOfClaims({ a: 'b' }, { roles: [rule('a', 'b')], defaultRole: 'viewer' })).toBe('developer');
  });
});
