import type { Mail } from './mailer.js';

/** What a mail says. The code stands on a line of its own, so that a person and a program find it. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  /** A paragraph each. */
  readonly opening: readonly string[];
  readonly code?: string;
  readonly closing: readonly string[];
}

/** The one template of all mail: the same words as plain text and as HTML. */
export const mailOf = (letter: Letter): Mail => ({
  to: letter.to,
  subject: letter.subject,
  text: textOf(letter),
  html: htmlOf(letter),
});

/** Mail breaks longer lines in encoding them, and a code with them: whoever reads the file itself would get half of it. */
const WIDTH = 72;

function textOf({ opening, code, closing }: Letter): string {
  const lines = code === undefined ? [] : [`Code: ${code}`];
  return `${[...opening.map(wrapped), ...lines, ...closing.map(wrapped)].join('\n\n')}\n`;
}

function wrapped(paragraph: string): string {
  const lines = [''];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

/** Without pictures, scripts or anything else that is fetched: opening a mail tells nobody. */
function htmlOf({ subject, opening, code, closing }: Letter): string {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escaped(text)}</p>`;
  const box =
    'font:16px/1.4 ui-monospace,monospace;background:#f2f4f7;border-radius:6px;padding:12px;margin:0 0 16px;word-break:break-all';
  const shown = code === undefined ? [] : [`<p style="${box}">${escaped(code)}</p>`];
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    '<body style="margin:0;padding:24px;background:#ffffff">',
    '<div style="max-width:560px;margin:0 auto;font:15px/1.5 system-ui,sans-serif;color:#101828">',
    `<h1 style="font-size:18px;margin:0 0 16px">${escaped(subject)}</h1>`,
    ...opening.map(paragraph),
    ...shown,
    ...closing.map(paragraph),
    '<p style="margin:24px 0 0;font-size:13px;color:#667085">Berth</p>',
    '</div></body></html>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
