import type { Writer } from '../../src/exports/invoice-pdf.js';

/** What a document says on paper, one piece of text a line. */
export function textOf(write: (paper: Writer) => void): string {
  const texts: string[] = [];
  const note = (...lines: readonly string[]) => void texts.push(...lines);
  write({
    text: (text) => note(text),
    heading: (text) => note(text),
    space: () => undefined,
    pair: (name, amount) => note(name, amount),
    beside: (left, right) => note(...left, ...right),
    table: (_columns, rows) => note(...rows.flat()),
  });
  return texts.join('\n');
}
