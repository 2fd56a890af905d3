// Kong normalises the path before it matches and forwards what it matched, so that a route cannot be reached, nor a
// plugin avoided, by another spelling of the same path. Reserved characters (RFC 3986, 2.2) keep their encoding.

const reserved = new Set([..."!*'();:@&=+$,/?%#[]"].map((character) => character.charCodeAt(0)));
const plain = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)+\/?$|^\/$/;
// The byte string of the request line is handled as latin1: one character is one byte.
const unsafe = /[^!#$&'()*+,/:;=?@[\]A-Za-z\d\-_.~%]/g;

/** Percent-decodes what is not reserved, removes dot segments (RFC 3986, 5.2.4) and merges slashes. */
export function normalizePath(path: string): string {
  if (plain.test(path)) return path;
  return mergeSegments(decodeUnreserved(path));
}

/** Encodes what may not stand in a request line; the reverse of the decoding above. */
export const escapePath = (path: string): string =>
  path.replace(unsafe, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

const decodeUnreserved = (path: string): string =>
  path.replace(/%([\da-fA-F]{2})/g, (triplet: string, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return reserved.has(code) ? triplet.toUpperCase() : String.fromCharCode(code);
  });

function mergeSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const last = segments.at(-1);
  const folder = last === '' || last === '.' || last === '..';
  return kept.length === 0 ? '/' : `/${kept.join('/')}${folder ? '/' : ''}`;
}

/** What Kong's `path_handling: v0` asks of the upstream. `rest` is the path without the matched part. */
export function upstreamPath(servicePath: string, requestPath: string, rest: string | undefined): string {
  if (rest === undefined) return servicePath.replace(/\/$/, '') + requestPath;
  if (rest !== '') return `${servicePath.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
  if (servicePath === '/') return '/';
  const base = servicePath.replace(/\/$/, '');
  const keepsSlash = requestPath.endsWith('/') && (requestPath.length > 1 || servicePath.endsWith('/'));
  return keepsSlash ? `${base}/` : base;
}
