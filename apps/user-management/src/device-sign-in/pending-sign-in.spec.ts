import { describe, expect, it } from '@jest/globals';
import { confirmationOf, cookieOf, forgottenCookie, isConfirmed, pendingOf } from './pending-sign-in.js';

const pending = { flowToken: 'f'.repeat(43), userCode: 'BCDF-GHJK' };
const value = `${pending.flowToken}.${pending.userCode}`;
const [secure, plain] = ['https://berth.example.com', 'http://localhost:8080'];

describe('the cookie of a sign-in', () => {
  it('is of this host alone and goes nowhere without TLS, where there is TLS', () => {
    const cookie = `__Host-berth-device=${value}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure`;
    expect(cookieOf(secure, pending)).toBe(cookie);
    expect(forgottenCookie(secure)).toMatch(/^__Host-berth-device=; Path=\/; Max-Age=0;.*; Secure$/);
  });

  it.each([
    ['among others', plain, `a=b; berth-device=${value}; c=d`, pending],
    ['alone', secure, `__Host-berth-device=${value}`, pending],
    ['not at all', plain, undefined, undefined],
    [
      'without the prefix, where there is TLS: an app beside the platform may have set it',
      secure,
      `berth-device=${value}`,
    ],
    ['by a name that only ends like it', plain, `x-berth-device=${value}`],
    ['emptied', plain, 'berth-device='],
    ['with more than it holds', plain, `berth-device=${value}x`],
    ['with a code that is none', plain, `berth-device=${pending.flowToken}.bcdf-ghjk`],
  ])('is read %s', (_, publicUrl, header, expected = undefined) => {
    expect(pendingOf(publicUrl, header)).toEqual(expected);
  });
});

describe('a confirmation', () => {
  const { userCode } = pending;
  const confirmation = confirmationOf(pending);

  it('holds for one sign-in and one code', () => {
    expect(isConfirmed(pending, { userCode, confirmation })).toBe(true);
    const other = { ...pending, userCode: 'BCDF-GHJL' };
    expect(isConfirmed(pending, { userCode: other.userCode, confirmation })).toBe(false);
    expect(isConfirmed(other, { userCode: other.userCode, confirmation })).toBe(false);
    expect(isConfirmed({ ...pending, flowToken: 'g'.repeat(43) }, { userCode, confirmation })).toBe(false);
  });

  it('of another length is none', () => {
    expect(isConfirmed(pending, { userCode, confirmation: '' })).toBe(false);
  });
});
