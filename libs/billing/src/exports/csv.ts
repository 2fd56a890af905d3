/** A table as RFC 4180 wants it: CRLF, quotes where they are needed. Null is an empty field. */
export const csvOf = (head: readonly string[], rows: readonly (readonly (string | null)[])[]): string =>
  [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');

const field = (value: string | null): string =>
  value !== null && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : (value ?? '');
