import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maskFor } from './mask.js';

describe('masking of build variables', () => {
  const secret = 'pa$$/w0rd+with=ügly chars';
  const mask = maskFor([secret, 'short', 'first-line-of-key\nsecond-line-of-key', 'prefix-of', 'prefix-of-longer']);

  it.each([
    ['as it is', `token=${secret}!`],
    ['URL-encoded', `?t=${encodeURIComponent(secret)}&x`],
    ['in base64', `x ${Buffer.from(secret).toString('base64')} y`],
    ['in base64 without padding', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ['in URL-safe base64', Buffer.from(secret).toString('base64url')],
    ['one line of it', 'read second-line-of-key from disk'],
    ['several times', `${secret}${secret}`],
  ])('hides a value printed %s', (_, line) => {
    const masked = mask(line);
    expect(masked).toContain('[secret]');
    for (const part of [secret, 'second-line-of-key', Buffer.from(secret).toString('base64').slice(0, 12)])
      expect(masked).not.toContain(part);
  });

  it.each([
    ['JavaScript', '{"key":"-----<ü & \\"b\\\\c\\">-----\\nsecond"}'],
    ['JavaScript, in JSON itself', '{"msg":"{\\"key\\":\\"-----<ü & \\\\\\"b\\\\\\\\c\\\\\\">-----\\\\nsecond\\"}"}'],
    ['Go', '{"key":"-----\\u003cü \\u0026 \\"b\\\\c\\"\\u003e-----\\nsecond"}'],
    ['Python', '{"key":"-----<\\u00fc & \\"b\\\\c\\">-----\\nsecond"}'],
  ])('hides a value of several lines printed as JSON by %s', (_, line) => {
    const masked = maskFor(['-----<ü & "b\\c">-----\nsecond'])(line);
    expect(masked.replaceAll('\\', '')).toMatch(/^\{("msg":"\{)?"key":"\[secret\]"(\}")?\}$/);
  });

  it('hides the longer of two values whole', () => expect(mask('prefix-of-longer')).toBe('[secret]'));

  it('leaves no end of a value that overlaps another, or itself', () => {
    const both = maskFor(['abcdefgh', 'efghijkl', 'xyxyxyxyxy']);
    expect(both('<abcdefghijkl>')).toBe('<[secret]>');
    expect(both('xyxyxyxyxyxy')).toBe('[secret]');
    expect(both('abcdefghefghijkl')).toBe('[secret][secret]');
  });

  it('does not look at what it wrote itself', () => {
    expect(maskFor(['abcdefgh', '[secret]', 'secret][secret'])('abcdefghabcdefgh')).toBe('[secret][secret]');
  });

  it('leaves a part of a value: what is no whole line of it may be anything', () => {
    expect(maskFor(['abcdefghijkl'])('abcdefghijk')).toBe('abcdefghijk');
  });

  it('shows nothing of values that are in a text, and everything between them', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 10 });
    const between = fc.string({ unit: fc.constantFrom('.', ' '), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(letters, between), { minLength: 1, maxLength: 6 }), (parts) => {
        const masked = maskFor(parts.map(([secret]) => secret))(parts.flat().join(''));
        expect(masked).not.toMatch(/[ab]/);
        expect(masked.split(/(?:\[secret\])+/).join('|')).toBe(['', ...parts.map(([, text]) => text)].join('|'));
      }),
    );
  });

  it('leaves everything else alone, also short values', () => {
    expect(mask('a short line')).toBe('a short line');
    expect(maskFor([])('anything')).toBe('anything');
  });
});
