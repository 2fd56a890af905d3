/** Stands where something was that an entry must not keep. */
export const REDACTED = '[redacted]';
const secretName =
  /pass(word|phrase)|secret|token|authorization|cookie|credential|private|apikey|api_key|^values?$|^env$/i;

/** What an audit entry may keep: plain JSON, without the value of any field whose name speaks of a secret. */
export function redact(detail: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = Object.entries(detail).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    fields.map(([name, value]) => [storable(name), secretName.test(name) ? REDACTED : redactValue(value)]),
  );
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value === 'object' && value !== null) return redact(value as Record<string, unknown>);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Postgres refuses NUL and lone surrogates in jsonb: hostile input must not make an act impossible to record. */
const storable = (text: string): string => Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8');
