import { describe, expect, it } from '@jest/globals';
import { roleRule } from './role-rule.js';

describe('a rule of roles', () => {
  it.each([
    ['groups=ops:admin', { claim: 'groups', value: 'ops', role: 'admin' }],
    ['memberOf=cn=ops,ou=people:viewer', { claim: 'memberOf', value: 'cn=ops,ou=people', role: 'viewer' }],
    ['https://acme.example/team=a:b:billing', { claim: 'https://acme.example/team', value: 'a:b', role: 'billing' }],
  ])('%s', (text, rule) => {
    expect(roleRule(text)).toEqual([rule]);
  });

  it('comes behind those before it', () => {
    const [first] = roleRule('groups=ops:admin');
    expect(roleRule('groups=all:viewer', first ? [first] : [])).toHaveLength(2);
  });

  it.each([['groups'], ['groups=ops'], ['groups=ops:owner'], ['=ops:admin'], ['groups=:admin'], ['']])(
    '%j is none',
    (text) => {
      expect(() => roleRule(text)).toThrow('CLAIM=VALUE:ROLE');
    },
  );
});
