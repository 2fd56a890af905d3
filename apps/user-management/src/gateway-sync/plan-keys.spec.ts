import { describe, expect, it } from '@jest/globals';
import type { KeyState, SigningKey } from '../signing-keys/signing-key.js';
import { planKeys } from './plan-keys.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const key = (kid: string, state: KeyState, made: number, ends: number | null = null): SigningKey => ({
  kid,
  state,
  publicJwk: {},
  createdAt: at(made),
  notAfter: ends === null ? null : at(ends),
});

describe('planKeys', () => {
  it('leaves a lone active key alone', () => {
    expect(planKeys([key('a', 'active', -100)], now)).toEqual({
      activate: undefined,
      forget: false,
      nextAt: undefined,
    });
  });
  it('waits until services have heard of a new key', () => {
    const plan = planKeys([key('a', 'active', -100), key('b', 'pending', -1)], now);
    expect(plan).toEqual({ activate: undefined, forget: false, nextAt: at(1) });
  });
  it('lets it sign then', () => {
    expect(planKeys([key('a', 'active', -100), key('b', 'pending', -2)], now).activate).toBe('b');
  });
  it('lets the newest of several sign', () => {
    const keys = [key('a', 'active', -100), key('b', 'pending', -4), key('c', 'pending', -3), key('d', 'pending', -1)];
    expect(planKeys(keys, now)).toMatchObject({ activate: 'c', nextAt: at(1) });
  });
  it('looks again when a retired key ends, and forgets it then', () => {
    expect(planKeys([key('a', 'retired', -100, 5)], now)).toMatchObject({ forget: false, nextAt: at(5) });
    expect(planKeys([key('a', 'retired', -100, -1)], now)).toMatchObject({ forget: true, nextAt: undefined });
  });
});
