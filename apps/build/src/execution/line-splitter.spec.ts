import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LineSplitter } from './line-splitter.js';

const split = (text: Buffer, sizes: readonly number[], maxLength = 100): string[] => {
  const splitter = new LineSplitter(maxLength);
  const lines: string[] = [];
  let at = 0;
  for (const size of [...sizes, text.length]) {
    lines.push(...splitter.push(text.subarray(at, at + size)));
    at += size;
  }
  return [...lines, ...splitter.end()];
};

describe('splitting output into lines', () => {
  it('does not depend on how the bytes arrive, also inside a character', () => {
    const lines = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 20 }).filter((each) => !/[\r\n\0]/.test(each)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 0, max: 9 })), (texts, sizes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        expect(split(bytes, sizes)).toEqual(texts);
      }),
    );
  });

  it('keeps a last line without an end', () => expect(split(Buffer.from('a\nb'), [])).toEqual(['a', 'b']));

  it('shows of a progress bar what stays visible', () => {
    expect(split(Buffer.from('10%\r50%\r100%\r\ndone\r\n'), [])).toEqual(['100%', 'done']);
  });

  it('cuts a line that is too long and throws its rest away', () => {
    const text = Buffer.from(`${'x'.repeat(1_000)}\nnext\n`);
    expect(split(text, [])).toEqual(['x'.repeat(100), 'next']);
    expect(
      split(
        text,
        Array.from({ length: 100 }, () => 10),
      ),
    ).toEqual(['x'.repeat(100), 'next']);
  });

  it('holds no more than one line of a flood without line ends', () => {
    const splitter = new LineSplitter(100);
    for (let round = 0; round < 1_000; round += 1) splitter.push(Buffer.alloc(10_000, 'x'));
    expect(splitter.end()).toEqual([]);
    expect(splitter.push(Buffer.from('\nok\n'))).toEqual(['ok']);
  });

  it('replaces NUL, which Postgres cannot store', () =>
    expect(split(Buffer.from('a\0b\n'), [])).toEqual(['a\u{fffd}b']));
});
