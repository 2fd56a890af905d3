import { usageError } from '../errors.js';

/** `NAME=value ...`: the value is everything after the first `=`, and may be empty. */
export function parseAssignments(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usageError(`"${text}" is not an assignment: write NAME=value.`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  requireDistinct(pairs.map(([name]) => name));
  return Object.fromEntries(pairs);
}

export function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usageError(`"${twice}" is given twice.`);
}
