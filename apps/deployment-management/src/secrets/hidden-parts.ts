/**
 * What of a secret file may be printed and must not be read: its text, which is hidden line by line, and the texts in it when
 * it is JSON, because programs print those without what is around them. `content`: in base64, which is hidden, too.
 */
export function hiddenIn(content: string): string[] {
  const text = Buffer.from(content, 'base64').toString('utf8');
  return [content, text, ...textsIn(parsed(text))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Most files are no JSON.
    return null;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
