/** Words that only a shell can run; `exec` before them would fail. */
const SHELL_WORDS = new Set(
  (
    '. : [ alias bg break case cd command continue eval exec exit export fg for if jobs local readonly read return ' +
    'set shift source time times trap type ulimit umask unalias unset until wait while'
  ).split(' '),
);

/**
 * What `/bin/sh -c` is given. A plain command replaces the shell, so that signals and exit codes are its own;
 * anything with operators, assignments or shell words is left to the shell.
 */
export function shellCommand(command: string): string {
  const trimmed = command.trim();
  const first = trimmed.split(/\s/)[0] ?? '';
  const plain = /^[\w./@+-]+$/.test(first) && !SHELL_WORDS.has(first) && !/[;&|<>()`\n]/.test(trimmed);
  return plain ? `exec ${trimmed}` : trimmed;
}
