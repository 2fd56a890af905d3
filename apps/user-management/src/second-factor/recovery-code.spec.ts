import { describe, expect, it } from '@jest/globals';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-code.js';

describe('a recovery code', () => {
  it('has 120 bits, in letters that nobody mistakes', () => {
    const codes = Array.from({ length: 100 }, newRecoveryCodes).flat();
    for (const code of codes) expect(code).toMatch(/^[a-hjkmnp-z02-9]{4}(-[a-hjkmnp-z02-9]{4}){5}$/);
    expect(new Set(codes).size).toBe(1_000);
    // Each of 32 letters stands for five bits, and each turns up.
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
  });

  it('is the same however it is typed', () => {
    const [code = ''] = newRecoveryCodes();
    expect(hashRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(hashRecoveryCode(code));
    expect(hashRecoveryCode(newRecoveryCodes()[0] ?? '')).not.toBe(hashRecoveryCode(code));
  });
});
