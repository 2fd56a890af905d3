import { deploymentPhase } from '@berth/contracts/events';
import { failure } from '@berth/contracts/common';
import { describe, expect, it } from '@jest/globals';
import { timeoutOf } from './timeout.js';

const condition = {
  type: 'Ready',
  status: 'false',
  reason: 'Progressing',
  message: '0 of 1 web instances are ready',
} as const;
const workload = { host: 'web.localhost', conditions: [{ ...condition, since: '2026-01-01T00:00:00.000Z' }] };
const seen = { at: '', state: '', lines: ['web-1: starting', 'web-1> connecting to the database'] };

describe('a timeout', () => {
  it.each(deploymentPhase.options)('in %s has a cause, evidence beyond the conditions, and a next step', (phase) => {
    const deployment = { status: phase, buildId: 'b', canary: null, seen: phase === 'rolling' ? seen : null };
    const told = failure.parse(timeoutOf(workload, deployment, phase));
    expect(told.cause).toBe('timeout');
    expect(told.message).toContain(phase);
    expect(told.evidence[0]).toBe('Ready: 0 of 1 web instances are ready');
    expect(told.evidence.length).toBeGreaterThan(1);
    expect(told.nextStep.length).toBeGreaterThan(20);
  });

  it('has the cause of what was seen last to keep it, and had not passed', () => {
    const failure = { cause: 'quota_exceeded' as const, message: 'No room.', evidence: ['pods=3'], nextStep: 'Wait.' };
    const causeIn = (phase: (typeof deploymentPhase.options)[number]) =>
      timeoutOf(workload, { status: phase, buildId: 'b', canary: null, seen: { ...seen, failure } }, phase);
    for (const phase of ['rolling', 'shifting', 'verifying'] as const)
      expect(causeIn(phase)).toEqual({ ...failure, message: expect.stringMatching(/^No room\. .*deadline/) });
  });

  it('names another next step in each phase', () => {
    const steps = deploymentPhase.options.map(
      (phase) => timeoutOf(workload, { status: phase, buildId: 'b', canary: null, seen }, phase).nextStep,
    );
    expect(new Set(steps).size).toBe(steps.length);
  });

  it('while rolling shows what was last seen, and no more than fits', () => {
    const lines = Array.from({ length: 90 }, (_, index) => `${index} ${'x'.repeat(3_000)}`);
    const told = timeoutOf(
      workload,
      { status: 'rolling', buildId: null, canary: null, seen: { ...seen, lines } },
      'rolling',
    );
    expect(failure.safeParse(told).success).toBe(true);
    expect(told.evidence.at(-1)).toMatch(/^89 /);
  });
});
