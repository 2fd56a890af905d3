import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Keyring } from './keyring.js';

const [old, current] = [randomBytes(32), randomBytes(32)];
const ring = new Keyring([current]);

describe('a sealed value', () => {
  it('opens to what was sealed, whatever it was', () => {
    const bytes = fc.uint8Array({ maxLength: 2_000 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, fc.string(), (value, context) => ring.open(context, ring.seal(context, value)).equals(value)),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => ring.openText('a', ring.seal('a', text)) === text));
  });

  it('is different every time and does not hold its value', () => {
    const [first, second] = [ring.seal('a', 'correct horse'), ring.seal('a', 'correct horse')];
    expect(first.subarray(9).equals(second.subarray(9))).toBe(false);
    expect(first.includes('correct horse')).toBe(false);
  });

  it('does not open with another key, in another place, cut short or with any bit changed', () => {
    const sealed = ring.seal('workload/NAME/1', 'value');
    expect(() => new Keyring([old]).open('workload/NAME/1', sealed)).toThrow(/is not among KEY_ENCRYPTION_KEY/);
    expect(() => ring.open('workload/NAME/2', sealed)).toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => ring.open('workload/NAME/1', changed)).toThrow();
      expect(() => ring.open('workload/NAME/1', sealed.subarray(0, at))).toThrow();
    }
  });
});

describe('a ring of several keys', () => {
  const both = new Keyring([current, old]);
  const sealed = new Keyring([old]).seal('c', 'of before');

  it('opens what any of them sealed, and seals with the first', () => {
    expect(both.openText('c', sealed)).toBe('of before');
    expect(ring.openText('c', both.seal('c', 'new'))).toBe('new');
  });

  it('wraps anew, so that the old key can go', () => {
    const again = both.rewrap('c', sealed);
    expect(again.subarray(0, 9).equals(ring.header)).toBe(true);
    expect(ring.openText('c', again)).toBe('of before');
    expect(() => both.rewrap('d', sealed)).toThrow();
  });
});

describe('what is derived', () => {
  it('follows from key, purpose and text', () => {
    const derived = ring.derive('p', 't');
    expect(new Keyring([current, old]).derive('p', 't').equals(derived)).toBe(true);
    for (const other of [new Keyring([old]).derive('p', 't'), ring.derive('q', 't'), ring.derive('p', 'u')])
      expect(other.equals(derived)).toBe(false);
  });
});

it.each([[[]], [[randomBytes(16)]], [[current, randomBytes(33)]]])('is not made of keys %#', (keys) => {
  expect(() => new Keyring(keys)).toThrow(/32 bytes/);
});
