import { protection as schema } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import { hashSync } from 'bcrypt';
import {
  changed,
  desiredProtection,
  holeIn,
  isProtected,
  networkOf,
  type ProtectionRow,
  toProtection,
} from './protection.js';

const none: ProtectionRow = { logins: {}, allow: [] };
const hash = hashSync('a password', 4);
const staging: ProtectionRow = { logins: { ben: hash, ann: hash }, allow: ['198.51.100.0/24'] };

describe('a change of a protection', () => {
  it.each([
    [{}, staging],
    [{ logins: { ann: null } }, { ...staging, logins: { ben: hash } }],
    [{ logins: { ann: null, ben: null }, allow: [] }, none],
    [
      { allow: ['2001:db8::1', '192.0.2.1', '192.0.2.1/32'] },
      { ...staging, allow: ['2001:db8::1/128', '192.0.2.1/32'] },
    ],
  ])('%j leaves alone what it does not name', (change, expected) => {
    expect(changed(staging, change, {})).toEqual(expected);
  });

  it('sets what was hashed', () => {
    expect(changed(none, { logins: { ann: 'a password' } }, { ann: hash })).toEqual({ ...none, logins: { ann: hash } });
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1/32'],
  ['::1', '::1/128'],
  ['10.0.0.0/8', '10.0.0.0/8'],
])('the network of %s is %s', (text, network) => expect(networkOf(text)).toBe(network));

describe('what a runtime is told', () => {
  it('is nothing where nobody is kept out', () => {
    expect([isProtected(none), desiredProtection(none)]).toEqual([false, undefined]);
  });

  it('names logins in one order, and networks only where there are any', () => {
    const told = desiredProtection(staging);
    expect(schema.parse(told)).toEqual(told);
    expect(told?.logins?.known.map(({ username }) => username)).toEqual(['ann', 'ben']);
    expect(desiredProtection({ ...staging, allow: [] })).toEqual({ logins: told?.logins });
    expect(desiredProtection({ ...staging, logins: {} })).toEqual({ allow: staging.allow });
  });

  it('has another version when a login is another one, and the same whatever their order', () => {
    const versionOf = (logins: Record<string, string>) => desiredProtection({ ...none, logins })?.logins?.version;
    expect(versionOf({ ann: hash, ben: hash })).toBe(versionOf({ ben: hash, ann: hash }));
    const others: Record<string, string>[] = [{ ann: hash }, { ben: hash }, { ann: hashSync('another', 4) }];
    const versions = others.map(versionOf);
    expect(new Set(versions).size).toBe(3);
  });
});

it('nobody is told what a password became', () => {
  expect(toProtection('1', staging)).toEqual({ workloadId: '1', logins: ['ann', 'ben'], allow: staging.allow });
});

describe('proof that a route is closed', () => {
  const known = desiredProtection(staging);
  it.each([
    [undefined, 200, true],
    [undefined, 401, true],
    [known, 401, true],
    [known, 403, true],
    [known, 200, false],
    [known, 404, false],
    [known, null, false],
    [{ allow: ['192.0.2.1/32'] }, 200, true],
    [{ allow: ['192.0.2.1/32'] }, 403, true],
  ])('of %j is %j: %j', (protection, status, isProof) => {
    expect(holeIn(protection, status) === null).toBe(isProof);
  });
});
