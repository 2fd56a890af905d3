/** The host of a Host header without its port and the dot of a full name, in lower case; "" when there is none. */
export function hostName(header: string | undefined): string {
  if (header === undefined) return '';
  const end = header.startsWith('[') ? header.indexOf(']') + 1 : header.indexOf(':');
  return (end > 0 ? header.slice(0, end) : header).toLowerCase().replace(/\.$/, '');
}
