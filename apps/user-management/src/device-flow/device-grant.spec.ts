import { describe, expect, it } from '@jest/globals';
import { type DeviceGrantRecord, judgePoll, newUserCode, readUserCode, shownUserCode } from './device-grant.js';

const now = new Date('2026-11-21T12:00:00.000Z');
const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
const waiting: DeviceGrantRecord = {
  state: 'pending',
  userId: null,
  secondFactor: false,
  userAgent: null,
  address: '127.0.0.1',
  intervalSeconds: 5,
  polledAt: null,
  createdAt: after(-60),
  expiresAt: after(60),
};

describe('a device that asks whether it was let in', () => {
  it.each([
    ['waits', {}, 'pending'],
    ['waits, when it asks in time', { polledAt: after(-5) }, 'pending'],
    ['is slowed down, when it asks too soon', { polledAt: after(-4.9) }, 'slow-down'],
    ['is in, however soon it asks', { state: 'approved', polledAt: after(-1) }, 'redeem'],
    ['is told of a no', { state: 'denied' }, 'denied'],
    ['is told that it took too long', { expiresAt: now }, 'expired'],
    ['is not let in late', { state: 'approved', expiresAt: now }, 'expired'],
  ] as const)('%s', (_, changed, verdict) => {
    expect(judgePoll({ ...waiting, ...changed }, now)).toBe(verdict);
  });
});

describe('a user code', () => {
  it('is read as it is shown, and as people type it', () => {
    const code = newUserCode();
    expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    expect(readUserCode(shownUserCode(code))).toBe(code);
    expect(readUserCode(` ${shownUserCode(code).toLowerCase()} `)).toBe(code);
    expect(newUserCode()).not.toBe(code);
  });
});
