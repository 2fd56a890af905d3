import type { Answer } from './services.js';

/** UTF-8 by their definitions (RFC 8259; HTML, section 9.2.5), which know no other character set. */
const ALWAYS_UTF_8 = /^(application\/(json|problem\+json|x-ndjson)|text\/event-stream)$/;

/** Why an answer does not say what it is; undefined: it does, or is empty. */
export function untypedIn({ text, headers }: Pick<Answer, 'text' | 'headers'>): string | undefined {
  if (text === '') return undefined;
  const [type = '', ...parameters] = (headers.get('content-type') ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type === '') return 'an answer without a media type';
  if (/^application\/(problem\+)?json$/.test(type) && !isJson(text)) return `no JSON, told as ${type}`;
  const needsCharset = type.startsWith('text/') && !ALWAYS_UTF_8.test(type);
  return needsCharset && !parameters.includes('charset=utf-8') ? `${type} without its character set` : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
