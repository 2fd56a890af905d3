import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mailOf } from './letter.js';

const letter = {
  to: 'ada@example.com',
  subject: 'Verify',
  opening: ['One.', 'Two.'],
  code: 'abc-1',
  closing: ['End.'],
};

describe('a letter', () => {
  it('says the same in plain text and in HTML, with the code on a line of its own', () => {
    const { text, html } = mailOf(letter);
    expect(text).toBe('One.\n\nTwo.\n\nCode: abc-1\n\nEnd.\n');
    for (const said of ['Verify', 'One.', 'Two.', 'abc-1', 'End.']) expect(html).toContain(said);
  });

  it('has short lines, which lose and gain no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(words, (said) => {
        const { text } = mailOf({ ...letter, opening: [said.join(' ')], closing: [] });
        const lines = text.split('\n');
        expect(lines.every((line) => line.length <= 76)).toBe(true);
        expect(text.split('\n\n')[0]?.split(/\s/)).toEqual(said);
      }),
    );
  });

  it('has no line for a code that there is not', () => {
    expect(mailOf({ ...letter, code: undefined as never }).text).not.toContain('Code');
  });

  it('fetches nothing, whoever opens it', () => {
    expect(mailOf(letter).html).not.toMatch(/src=|href=|url\(|@import|<script/i);
  });

  it('takes no markup from names and addresses, whatever they are', () => {
    const tags = (html = '') => html.match(/<\/?[a-z!][^>]*>/gi);
    const plain = tags(mailOf({ ...letter, subject: 'x', opening: ['x'], code: 'x' }).html);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const hostile = `${text}<img src=x onerror=alert(1)>"'&`;
        expect(tags(mailOf({ ...letter, subject: hostile, opening: [hostile], code: hostile }).html)).toEqual(plain);
      }),
    );
  });
});
