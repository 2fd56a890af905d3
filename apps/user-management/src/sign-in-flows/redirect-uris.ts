/**
 * Whether a provider may send a browser back there: exactly where the platform is configured to take answers (RFC 9700,
 * section 4.1.3), or a program on the person's own machine, whose port nobody knows before (RFC 8252, section 7.3).
 */
export function mayRedirectTo(uri: string, allowed: readonly string[]): boolean {
  if (allowed.includes(uri)) return true;
  const { protocol, hostname, username, password, hash } = new URL(uri);
  const isLoopback = protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]');
  return isLoopback && username === '' && password === '' && hash === '';
}
