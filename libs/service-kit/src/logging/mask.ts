const shortest = 8;
const shown = '[secret]';

/** Each form in which a value may be printed: itself, line by line, in JSON, URL-encoded, base64 with and without padding. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64');
  return [
    value,
    ...value.split(/\r?\n/),
    ...jsonForms(value),
    encodeURIComponent(value),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

/** As JavaScript writes it, also in a text that is in JSON itself; as Go does by default; as Python does by default. */
function jsonForms(value: string): string[] {
  const plain = escaped(value);
  const escapedWhere = (characters: RegExp) => plain.replace(characters, (each) => `\\u${codeOf(each)}`);
  return [plain, escaped(plain), escapedWhere(/[<>&\u2028\u2029]/g), escapedWhere(/[\u007f-\uffff]/g)];
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const codeOf = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');

/**
 * Answers a function that hides values in a text, in each form in which they may be printed. Values shorter than eight
 * characters are words, not secrets.
 */
export function maskFor(values: readonly string[]): (text: string) => string {
  const secrets = values.filter(({ length }) => length >= shortest);
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(({ length }) => length >= shortest);
  return (text) => hidden(text, forms);
}

/** Values may overlap, or be part of another one: what any of them covers is hidden, and what was written over is not looked at again. */
function hidden(text: string, forms: readonly string[]): string {
  const places = forms.flatMap((form) => placesOf(form, text)).sort((left, right) => left.start - right.start);
  let masked = '';
  let end = 0;
  for (const place of places) {
    if (place.start >= end) masked += text.slice(end, place.start) + shown;
    end = Math.max(end, place.end);
  }
  return masked + text.slice(end);
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function placesOf(form: string, text: string): Place[] {
  const places: Place[] = [];
  for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + 1))
    places.push({ start, end: start + form.length });
  return places;
}
