import { DomainError } from '../errors/define-errors.js';

/** Deeper than anything we ask for; recursion over what was parsed stays far from the end of the stack. */
const MOST_DEEP = 64;

/** Only a text with one of these can hold a key or a character that is refused. */
const suspicious = /__proto__|\\u/;

type Path = readonly (string | number)[];

/**
 * The body of a request as JSON (RFC 8259); undefined when it is empty.
 * @throws DomainError 400 `malformed_request` for what is no UTF-8, no JSON or nested more than 64 deep; 422
 * `validation_failed`, with a pointer, for a character that no database stores (NUL, half of a surrogate pair) and for a
 * `__proto__` key
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = decode(body);
  if (!isShallow(text)) throw malformed(`The body is nested more than ${MOST_DEEP} deep.`);
  const value = parse(text);
  if (suspicious.test(text)) refuseHostile(value, []);
  return value;
}

/** A refusal of what was sent, before anybody looked at its meaning. */
export const malformed = (detail: string): DomainError => new DomainError('malformed_request', 400, detail);

/** RFC 6901; the whole document is `/`, as in every other problem. */
export const pointerOf = (path: Path): string =>
  path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

function isShallow(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInString && character === '\\') at += 1;
    else if (character === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MOST_DEEP) return false;
  }
  return true;
}

function refuseHostile(value: unknown, path: Path): void {
  if (typeof value === 'string' && !isStorable(value)) throw invalid(path, 'holds a character that is none');
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(name) : name];
    if (name === '__proto__' || !isStorable(name)) throw invalid(place, 'is no name of a field');
    refuseHostile(field, place);
  }
}

function invalid(path: Path, message: string): DomainError {
  const pointer = pointerOf(path);
  return new DomainError('validation_failed', 422, `${pointer} ${message}`, [{ pointer, message }]);
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
