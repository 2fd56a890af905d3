/** What the CLI exits with; documented in `berth --help`. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notAuthenticated: 3,
  forbiddenOrNotFound: 4,
  conflict: 5,
  invalid: 6,
  deploymentFailed: 7,
  deploymentStopped: 8,
  unavailable: 9,
  /** A newer version wrote what it was given. */
  outdated: 10,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with sentences for a person and an exit code for a script. */
export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    /** The next thing to try, one line. */
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** What was run there ended with this code, and so does the CLI; what there was to say has been said. */
export class CommandEnded extends Error {
  constructor(readonly exitCode: number) {
    super(`It ended with ${exitCode}.`);
  }
}

export const usageError = (message: string, hint?: string): CliError => new CliError(exitCodes.usage, message, hint);
export const notFound = (message: string, hint?: string): CliError =>
  new CliError(exitCodes.forbiddenOrNotFound, message, hint);
export const interrupted = (message: string): CliError => new CliError(exitCodes.interrupted, message);
