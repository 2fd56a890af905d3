import { ApiProblem, ServerUnreachable } from '@berth/api-client';
import { describe, expect, it } from '@jest/globals';
import { CliError, exitCodes } from './errors.js';
import { failureOf } from './failure.js';

describe('failureOf', () => {
  it.each([
    [400, 6],
    [401, 3],
    [403, 4],
    [404, 4],
    [409, 5],
    [412, 5],
    [413, 6],
    [422, 6],
    [428, 5],
    [429, 9],
    [500, 1],
    [502, 9],
    [503, 9],
    [504, 9],
  ])('exits after %i with %i', (status, exitCode) => {
    expect(failureOf(new ApiProblem('some_code', status, 'No.'))).toMatchObject({
      exitCode,
      lines: ['No. (some_code)'],
    });
  });

  it.each(['http_401', 'unauthenticated'])('tells somebody with %s to log in', (code) => {
    const { lines } = failureOf(new ApiProblem(code, 401, 'Unauthorized'));
    expect(lines).toEqual(['You are not logged in, or not any more.', 'Log in: berth login']);
  });

  it('lists several wrong fields, and does not repeat a single one', () => {
    const errors = [
      { pointer: '/slug', message: 'is long' },
      { pointer: '/kind', message: 'is odd' },
    ];
    expect(failureOf(new ApiProblem('c', 422, 'No.', errors)).lines).toEqual([
      'No. (c)',
      '  /slug is long',
      '  /kind is odd',
    ]);
    expect(failureOf(new ApiProblem('c', 422, 'No.', errors.slice(1))).lines).toEqual(['No. (c)']);
  });

  it('shows what finds an unforeseen failure in the logs', () => {
    expect(failureOf(new ApiProblem('internal', 500, 'No.', [], 'c-1')).lines[1]).toBe('Correlation id: c-1');
  });

  it('says which server does not answer, and why', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const failure = failureOf(new ServerUnreachable('http://127.0.0.1:1/v1/me', cause));
    expect(failure.exitCode).toBe(exitCodes.unavailable);
    expect(failure.lines[0]).toBe('http://127.0.0.1:1 does not answer (ECONNREFUSED).');
  });

  it('ends with 130 when it was interrupted', () => {
    expect(failureOf(new DOMException('', 'AbortError')).exitCode).toBe(130);
  });

  it('shows the hint below the sentence', () => {
    expect(failureOf(new CliError(exitCodes.usage, 'What?', 'Say it.')).lines).toEqual(['What?', 'Say it.']);
  });

  it('exits with 1 after a bug, and shows where it is', () => {
    const failure = failureOf(new TypeError('oops'));
    expect(failure.exitCode).toBe(1);
    expect(failure.lines[0]).toMatch(/oops[\s\S]*failure\.spec/);
  });
});
