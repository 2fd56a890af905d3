import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { open, seal } from './seal.js';

const key = randomBytes(32);

describe('a sealed value', () => {
  it('opens to what was sealed, whatever it was', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => open(seal(value, key, 'a'), key, 'a') === value));
  });

  it('is different every time and does not hold its value', () => {
    const [first, second] = [seal('correct horse', key, 'a'), seal('correct horse', key, 'a')];
    expect(first.equals(second)).toBe(false);
    expect(first.includes('correct horse')).toBe(false);
  });

  it('does not open with another key, in another place or with any bit changed', () => {
    const sealed = seal('value', key, 'workload/NAME/1');
    expect(() => open(sealed, randomBytes(32), 'workload/NAME/1')).toThrow();
    expect(() => open(sealed, key, 'workload/NAME/2')).toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => open(changed, key, 'workload/NAME/1')).toThrow();
    }
  });
});
