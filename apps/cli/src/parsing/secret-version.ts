import { usageError } from '../errors.js';

/** `NAME@VERSION`; the name of a file may hold an `@` itself. */
export function parseSecretVersion(text: string): { name: string; version: number } {
  const parts = /^(\.\/.+|[^@]+)@([1-9][0-9]{0,8})$/.exec(text);
  if (!parts?.[1])
    throw usageError(`"${text}" is not a version of a secret: write NAME@VERSION, for instance TOKEN@1.`);
  return { name: parts[1], version: Number(parts[2]) };
}
