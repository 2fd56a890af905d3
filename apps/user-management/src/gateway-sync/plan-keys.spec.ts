import { describe, expect, it } from '@jest/globals';
import type { KeyState, SigningKey } from '../signing-keys/signing-key.js';
import { type KeyPlan, planKeys as planFor } from './plan-keys.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const planKeys = (keys: readonly SigningKey[], moment: Date): KeyPlan => planFor(keys, moment, 1_000_000);
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
      rotate: false,
      forget: false,
      nextAt: at(900),
    });
  });
  it('waits until services have heard of a new key', () => {
    const plan = planKeys([key('a', 'active', -100), key('b', 'pending', -1)], now);
    expect(plan).toEqual({ activate: undefined, rotate: false, forget: false, nextAt: at(1) });
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
  it('has the key that signs replaced when it has done so for long enough, unless one is on its way', () => {
    expect(planKeys([key('a', 'active', -999)], now).rotate).toBe(false);
    expect(planKeys([key('a', 'active', -1_000)], now).rotate).toBe(true);
    expect(planKeys([key('a', 'active', -5_000), key('b', 'pending', -1)], now).rotate).toBe(false);
    expect(planKeys([key('a', 'retired', -5_000, 5), key('b', 'active', -10)], now).rotate).toBe(false);
  });
});
