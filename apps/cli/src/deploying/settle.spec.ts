import type { Schemas } from '@berth/api-client';
import { describe, expect, it } from '@jest/globals';
import { CliError, exitCodes } from '../errors.js';
import { failureText, requireLive } from './settle.js';

const failure = {
  cause: 'crash_loop',
  message: 'It ended.',
  evidence: ['exit 1', 'boom'],
  nextStep: 'Look at it.',
} as const;
const deployment = {
  number: 7,
  status: 'failed',
  failure,
  outcome: 'v3 keeps serving',
} as unknown as Schemas['Deployment'];

const ending = (change: Partial<Schemas['Deployment']>): unknown => {
  try {
    return requireLive({ ...deployment, ...change });
  } catch (error) {
    return error;
  }
};

describe('a deployment that ended', () => {
  it.each(['live', 'retired'] as const)('%s is what was asked for', (status) => {
    expect(ending({ status })).toBeUndefined();
  });

  it('failed says why, what shows it, what to do and what happened to the former release', () => {
    expect(ending({})).toBeInstanceOf(CliError);
    expect(ending({})).toMatchObject({ exitCode: exitCodes.deploymentFailed });
    expect(failureText(deployment).split('\n')).toEqual([
      'Deployment #7 failed: crash_loop',
      'It ended.',
      'Evidence:',
      '  | exit 1',
      '  | boom',
      'Next step: Look at it.',
      'v3 keeps serving',
    ]);
  });

  it('leaves out what is not known', () => {
    expect(failureText({ ...deployment, failure: { ...failure, evidence: [] }, outcome: null })).not.toMatch(
      /Evidence/,
    );
    expect(failureText({ ...deployment, failure: null, outcome: null })).toBe(
      'Deployment #7 failed: no cause was recorded',
    );
  });

  it.each([
    ['cancelled', 'v3 keeps serving', 'Deployment #7 was cancelled. v3 keeps serving'],
    ['superseded', null, 'Deployment #7 was superseded.'],
  ] as const)('%s was stopped by somebody: another exit code than a failure', (status, outcome, message) => {
    expect(ending({ status, outcome })).toMatchObject({ exitCode: exitCodes.deploymentStopped, message });
  });
});
