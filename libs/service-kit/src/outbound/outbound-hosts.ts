import { z } from 'zod';

const name = z.string().regex(/^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/);
/** As URLs write it: `2001:0db8::1` is asked as `2001:db8::1`. */
const ipv6 = z.ipv6().transform((address) => new URL(`https://[${address}]`).hostname.slice(1, -1));
const host = z.union([name, ipv6], {
  error: 'must be hosts, *.domains or addresses, separated by commas: github.com,*.example.com,192.0.2.1',
});

/** Configuration: hosts that may be asked, `*.example.com` for all below a domain; none: every public one. */
export const outboundHosts = z
  .string()
  .default('')
  // Variables of a template that are not set leave commas, and must not open what was to be closed.
  .refine((text) => text.trim() === '' || /[^\s,]/.test(text), { error: 'is a list that names no host' })
  .transform((text) => text.split(',').flatMap((each) => each.trim().toLowerCase() || []))
  .pipe(z.array(host));

/** Whether a host, as a URL has it, is on the list; an empty one names all. */
export function isListedHost(hostname: string, hosts: readonly string[]): boolean {
  if (hosts.length === 0) return true;
  const asked = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  return hosts.some((each) => (each.startsWith('*.') ? asked.endsWith(each.slice(1)) : asked === each));
}
