import { BuildFailure, storageFull } from '../builds/build-failure.js';
import type { GitAnswer } from './git.js';

export const sourceTooLarge = (maxBytes: number): BuildFailure =>
  new BuildFailure(
    'source_too_large',
    `The source is larger than ${Math.floor(maxBytes / 1_048_576)} MiB, or has too many files.`,
    'Remove large files from the repository, or ask an administrator to raise the limit.',
  );

export const sourceTimeout = (seconds: number): BuildFailure =>
  new BuildFailure(
    'timeout',
    `The source could not be fetched within ${seconds} seconds.`,
    'Check that the git host answers quickly, then deploy again.',
  );

export const hostNotListed = (host: string): BuildFailure =>
  new BuildFailure(
    'source_denied',
    `This installation fetches nothing from ${host}.`,
    'Use a git host that is allowed here, or ask an administrator to allow this one.',
  );

export const refNotFound = (ref: string): BuildFailure =>
  new BuildFailure(
    'source_not_found',
    `The repository has no branch, tag or commit ${JSON.stringify(ref)}.`,
    'Check the name, and that it was pushed.',
  );

export const isMissingRef = (answer: GitAnswer): boolean =>
  /couldn't find remote ref|not our ref|no such ref|bad object|unadvertised object/i.test(answer.errors.join('\n'));

export const isCorruptCache = (answer: GitAnswer): boolean =>
  /shallow file has changed|\.lock': File exists|corrupt|missing (blob|tree|commit)|bad tree object|not a git repository: /i.test(
    answer.errors.join('\n'),
  );

export const isRedirect = (answer: GitAnswer): boolean => /error: 30[1278]|redirect/i.test(answer.errors.join('\n'));

const table: readonly (readonly [RegExp, (evidence: string[]) => BuildFailure])[] = [
  [/no space left|disk quota/i, (evidence) => storageFull(evidence)],
  [
    /could not read Username|Authentication failed|terminal prompts disabled|error: 40[13]|access denied|permission denied/i,
    (evidence) =>
      new BuildFailure(
        'source_denied',
        'The repository does not exist, or may not be read without credentials.',
        'Check the URL; a private repository needs credentials that may read it.',
        evidence,
      ),
  ],
  [
    /transport '.*' not allowed/i,
    (evidence) => new BuildFailure('source_denied', 'This transport is not allowed.', 'Use an https:// URL.', evidence),
  ],
  [
    /not found|does not exist|does not appear to be a git repository|no such file|error: 404|redirect|error: 30[1278]/i,
    (evidence) =>
      new BuildFailure(
        'source_not_found',
        'There is no repository at this URL.',
        'Check the URL; it must be the final one, without a redirect, often ending in .git.',
        evidence,
      ),
  ],
];

/** What git's own words mean to the app's owner. */
export function fetchFailure(answer: GitAnswer): BuildFailure {
  const evidence = answer.errors.slice(-20);
  const known = table.find(([pattern]) => pattern.test(evidence.join('\n')));
  if (known) return known[1]([...evidence]);
  return new BuildFailure(
    'source_not_found',
    'The repository cannot be reached.',
    'Check the URL and that the git host answers, then deploy again.',
    evidence,
  );
}
