import { CliError, exitCodes } from '../errors.js';

/**
 * Refused when somebody else changed since what `response` answered.
 * @throws CliError when it names no version: nothing is changed by chance
 */
export function asRead({ headers, url }: Response): { readonly 'if-match': string } {
  const version = headers.get('etag');
  if (version) return { 'if-match': version };
  const hint = 'A proxy in between may have taken its ETag away.';
  throw new CliError(exitCodes.unexpected, `The answer of ${url} does not say which version it is of.`, hint);
}
