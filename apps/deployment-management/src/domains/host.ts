import { domainToASCII } from 'node:url';

/** A TXT record beside it must have a name, too, and names end at 253. */
const LONGEST = 253 - '_berth-challenge.'.length;
/** What belongs to a URL and is no part of a name: the parser of URLs would leave it out, or decode it. */
const ofUrl = /[\s/\\?#@:%]/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** The last label of a name has a letter first; that of an IPv4 address, in all its spellings, has a digit. */
const topLabel = /^[a-z]/;

/**
 * The one spelling of a host that people typed: without case, and with other scripts as punycode (UTS 46). Null when it is no
 * name that the world's DNS could hold below a top level: an address, a wildcard, a single label.
 */
export function hostOf(text: string): string | null {
  if (ofUrl.test(text)) return null;
  const host = domainToASCII(text.endsWith('.') ? text.slice(0, -1) : text);
  const labels = host.split('.');
  if (host.length > LONGEST || labels.length < 2) return null;
  return labels.every((each) => label.test(each)) && topLabel.test(labels.at(-1) ?? '') ? host : null;
}

/** Whether a host is the parent or lies below it. */
export const isWithin = (host: string, parent: string): boolean => `.${host}`.endsWith(`.${parent.toLowerCase()}`);
