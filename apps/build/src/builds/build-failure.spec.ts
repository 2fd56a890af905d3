import { failure } from '@berth/contracts/common';
import { describe, expect, it } from '@jest/globals';
import { BuildFailure, failureOf, isFullDisk, storageFull } from './build-failure.js';

const asIs = (text: string): string => text;

describe('what the owner of a failed build is told', () => {
  it('is the evidence of the failure itself, or else the last lines of the log', () => {
    const bare = new BuildFailure('build_failed', 'It failed.', 'Try again.');
    expect(failureOf(bare, ['one', 'two'], asIs).evidence).toEqual(['one', 'two']);
    expect(failureOf(storageFull(['df says so']), ['one'], asIs).evidence).toEqual(['df says so']);
  });

  it('fits the contract, however much there was', () => {
    const lines = Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat(5_000)}`);
    const huge = new BuildFailure('internal', 'm'.repeat(5_000), 'n'.repeat(5_000), lines);
    const told = failureOf(huge, [], asIs);
    expect(failure.safeParse(told).success).toBe(true);
    expect(told.evidence.at(-1)).toMatch(/^499 /);
  });

  it('holds no secret, wherever it stood', () => {
    const leaking = new BuildFailure('build_failed', 'with hunter22', 'Try again.', ['also hunter22']);
    const told = failureOf(leaking, [], (text) => text.replaceAll('hunter22', '***'));
    expect(JSON.stringify(told)).not.toContain('hunter22');
  });
});

describe('a full disk', () => {
  it.each([
    ['ENOSPC', true],
    ['EDQUOT', true],
    ['ENOENT', false],
  ])('is known by %s', (code, full) => {
    expect(isFullDisk(Object.assign(new Error('x'), { code }))).toBe(full);
  });
  it('is no other thing that is thrown', () => expect(isFullDisk('ENOSPC')).toBe(false));
});
