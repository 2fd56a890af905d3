import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seal, unseal } from './seal.js';

const key = randomBytes(32);

describe('sealing', () => {
  it('gives back what was sealed, and nothing of it can be read meanwhile', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), (bytes) => {
        const plain = Buffer.from(bytes);
        const sealed = seal(key, 'p', plain);
        expect(unseal(key, 'p', sealed).equals(plain)).toBe(true);
        expect(sealed.includes(plain)).toBe(false);
      }),
    );
  });

  it('never seals alike twice', () => {
    expect(seal(key, 'p', Buffer.from('x')).equals(seal(key, 'p', Buffer.from('x')))).toBe(false);
  });

  it('refuses another key, another purpose, any changed byte and any cut', () => {
    const sealed = seal(key, 'p', Buffer.from('canary'));
    expect(() => unseal(randomBytes(32), 'p', sealed)).toThrow();
    expect(() => unseal(key, 'q', sealed)).toThrow();
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => unseal(key, 'p', changed)).toThrow();
      expect(() => unseal(key, 'p', sealed.subarray(0, i))).toThrow();
    }
  });
});
