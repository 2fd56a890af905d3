import type { Cause, Failure } from '@berth/contracts/common';

/** A build ends without success for a reason that its owner can understand. Everything else that is thrown is a bug or an outage. */
export class BuildFailure extends Error {
  constructor(
    override readonly cause: Cause,
    message: string,
    readonly nextStep: string,
    readonly evidence: readonly string[] = [],
  ) {
    super(message);
    this.name = 'BuildFailure';
  }
}

const fullDisk = new Set(['ENOSPC', 'EDQUOT']);

export const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && fullDisk.has((error as NodeJS.ErrnoException).code ?? '');

export const storageFull = (evidence: readonly string[] = []): BuildFailure =>
  new BuildFailure(
    'storage_full',
    'The disk that builds use is full.',
    'Free space on the disk of the build service, then deploy again.',
    evidence,
  );

const clip = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** What the build's owner is told, without secrets. The evidence of the failure itself, or else the last lines of the log. */
export function failureOf(failure: BuildFailure, logTail: readonly string[], mask: (text: string) => string): Failure {
  const evidence = failure.evidence.length > 0 ? failure.evidence : logTail;
  return {
    cause: failure.cause,
    message: clip(mask(failure.message), 1_000),
    evidence: evidence.slice(-50).map((line) => clip(mask(line), 2_000)),
    nextStep: clip(failure.nextStep, 1_000),
  };
}
