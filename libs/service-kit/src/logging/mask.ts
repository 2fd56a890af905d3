const shortest = 8;
const shown = '[secret]';

/** Each form in which a value may be printed: itself, line by line, URL-encoded, base64 with and without padding. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64');
  return [
    value,
    ...value.split(/\r?\n/),
    encodeURIComponent(value),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

/**
 * Answers a function that hides values in a text, in each form in which they may be printed. Values shorter than eight
 * characters are words, not secrets.
 */
export function maskFor(values: readonly string[]): (text: string) => string {
  const secrets = values.filter(({ length }) => length >= shortest);
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(({ length }) => length >= shortest);
  // The longest first: a value may be part of another one.
  forms.sort((left, right) => right.length - left.length);
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, shown), text);
}
