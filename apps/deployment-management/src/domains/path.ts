const LONGEST = 200;
/** Without escapes, so that it has one spelling, and no gateway reads it as another. */
const segment = /^[A-Za-z0-9._~-]+$/;

/** A path that people typed, without a `/` at its end: `/` or `/api/v1`. Null when it is none that every gateway takes. */
export function pathOf(text: string): string | null {
  if (text === '/') return text;
  const path = text.endsWith('/') ? text.slice(0, -1) : text;
  if (!path.startsWith('/') || path.length > LONGEST) return null;
  const isPlain = (each: string): boolean => segment.test(each) && each !== '.' && each !== '..';
  return path.slice(1).split('/').every(isPlain) ? path : null;
}
