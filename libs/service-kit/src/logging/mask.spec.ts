import { describe, expect, it } from '@jest/globals';
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

  it('hides the longer of two values whole', () => expect(mask('prefix-of-longer')).toBe('[secret]'));

  it('leaves everything else alone, also short values', () => {
    expect(mask('a short line')).toBe('a short line');
    expect(maskFor([])('anything')).toBe('anything');
  });
});
