import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a handshake comes from a page of the host that it asks, or from no page at all (RFC 6455, section 10.2): browsers
 * name the page's origin, and a page cannot change that. By names without ports, because proxies tell of the name alone.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  const asked = nameOf(`http://${String(headers['x-forwarded-host'] ?? host)}`);
  return asked !== undefined && asked === nameOf(origin);
}

const nameOf = (url: string): string | undefined => URL.parse(url)?.hostname || undefined;
