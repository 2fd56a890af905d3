import { isAbsolute, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BuildFailure } from '../builds/build-failure.js';

export interface GitLocation {
  /** What git is given: an https or file URL, without credentials. */
  readonly url: string;
  /** Null for a local repository. IPv6 addresses are in brackets. */
  readonly host: string | null;
  readonly port: number;
  /** Value of an Authorization header, when the URL carried credentials. Never logged. */
  readonly authorization: string | null;
}

const denied = (message: string, nextStep: string): BuildFailure =>
  new BuildFailure('source_denied', message, nextStep);

const useHttps = 'Give the repository as an https:// URL, for instance https://github.com/owner/repository.git.';

/**
 * Reads what a user gave as the place of a repository. Only https, and local repositories when the platform allows them:
 * never a transport helper (`ext::`), an option, ssh or plain http.
 * @throws BuildFailure source_denied
 */
export function parseGitLocation(given: string, allowLocal: boolean): GitLocation {
  if (given.length === 0 || given.length > 2_000 || /\p{Cc}/u.test(given))
    throw denied('The repository URL is empty, too long or holds control characters.', useHttps);
  if (given.startsWith('-')) throw denied('The repository URL starts with a hyphen.', useHttps);
  if (/^[a-z0-9+.-]*::/i.test(given)) throw denied('Git transport helpers are not allowed.', useHttps);
  if (given.startsWith('https://')) return httpsLocation(given);
  if (given.startsWith('file://') || isAbsolute(given)) return localLocation(given, allowLocal);
  throw denied('Only https repositories can be fetched.', useHttps);
}

function httpsLocation(given: string): GitLocation {
  if (!URL.canParse(given)) throw denied('The repository URL is not a URL.', useHttps);
  const url = new URL(given);
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, host: url.hostname, port: Number(url.port || 443), authorization };
}

function authorizationOf(url: URL): string | null {
  if (!url.username && !url.password) return null;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function localLocation(given: string, allowLocal: boolean): GitLocation {
  if (!allowLocal) throw denied('Local repositories are not allowed on this platform.', useHttps);
  const path = given.startsWith('file://') ? localPath(given) : given;
  return { url: pathToFileURL(normalize(path)).href, host: null, port: 0, authorization: null };
}

function localPath(given: string): string {
  const path = pathOf(given);
  if (path !== null && !/\p{Cc}/u.test(path)) return path;
  throw denied('A file URL must hold an absolute path: file:///path/to/repository.', useHttps);
}

function pathOf(fileUrl: string): string | null {
  try {
    return fileURLToPath(fileUrl);
  } catch {
    return null; // it has a host, or an escape that no path has
  }
}

/**
 * The refs that a name may mean, in the order in which they are tried: a branch before a tag, as git push would.
 * A full commit id is asked for directly.
 * @throws BuildFailure source_not_found
 */
export function candidateRefs(ref: string): readonly string[] {
  if (/^[0-9a-f]{40}$/.test(ref) || ref === 'HEAD') return [ref];
  if (!isSafeRef(ref))
    throw new BuildFailure(
      'source_not_found',
      'The ref is not a valid name of a branch or tag, nor a full commit id of 40 digits.',
      'Give a branch, a tag or the full commit id.',
    );
  if (ref.startsWith('refs/heads/') || ref.startsWith('refs/tags/')) return [ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

/** git-check-ref-format(1), narrowed: nothing that git or a shell could read as something else than a name. */
const isSafeRef = (ref: string): boolean =>
  ref.length <= 300 &&
  /^[\p{L}\p{N}_][\p{L}\p{N}_./+@#=-]*$/u.test(ref) &&
  !/\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(ref);
