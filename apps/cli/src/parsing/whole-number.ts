import { usageError } from '../errors.js';

/** @throws CliError when it is none */
export function wholeNumber(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a number.`);
}
