import { ApiProblem, ServerUnreachable } from '@berth/api-client';
import { CliError, type ExitCode, exitCodes } from './errors.js';

export interface Failure {
  readonly exitCode: ExitCode;
  /** For stderr, each without line end. */
  readonly lines: readonly string[];
}

/** What a command that threw says and exits with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) return { exitCode: error.exitCode, lines: [error.message, ...hint(error.hint)] };
  if (error instanceof ApiProblem) return { exitCode: exitCodeOf(error.status), lines: linesOf(error) };
  if (error instanceof ServerUnreachable) {
    const advice = 'Is the platform running? Another one is named by --server URL or BERTH_SERVER.';
    return { exitCode: exitCodes.unavailable, lines: [error.message, ...hint(advice)] };
  }
  if ((error as Error | null)?.name === 'AbortError')
    return { exitCode: exitCodes.interrupted, lines: ['Interrupted.'] };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: exitCodes.unexpected, lines: [`Something failed that was not foreseen: ${text}`] };
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401) return exitCodes.notAuthenticated;
  if (status === 403 || status === 404) return exitCodes.forbiddenOrNotFound;
  if ([409, 412, 428].includes(status)) return exitCodes.conflict;
  if ([400, 413, 415, 422].includes(status)) return exitCodes.invalid;
  if ([408, 429, 502, 503, 504].includes(status)) return exitCodes.unavailable;
  return exitCodes.unexpected;
}

function linesOf(problem: ApiProblem): string[] {
  if (problem.isAnonymous) return ['You are not logged in, or not any more.', 'Log in: berth login'];
  // One error is the sentence itself already.
  const fields = problem.errors.length > 1 ? problem.errors.map((each) => `  ${each.pointer} ${each.message}`) : [];
  const trace = problem.status >= 500 && problem.correlationId ? [`Correlation id: ${problem.correlationId}`] : [];
  const advice = problem.code === 'step_up_required' ? ['Prove that it is you: berth prove'] : [];
  return [`${problem.message} (${problem.code})`, ...fields, ...trace, ...advice];
}

const hint = (text: string | undefined): string[] => (text === undefined ? [] : [text]);
