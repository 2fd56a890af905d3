import { describe, expect, it } from '@jest/globals';
import { Secret } from 'otpauth';
import { newTotpSecret, stepOfCode, totpUri } from './totp.js';

/** The secret and the last six digits of the test vectors of RFC 6238, appendix B, SHA-1. */
const secret = Secret.fromUTF8('12345678901234567890').base32;

describe('a code', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('of the moment %i is the one of RFC 6238', (second, code) => {
    expect(stepOfCode(secret, code, new Date(second * 1_000))).toBe(Math.floor(second / 30));
  });

  it('is taken half a minute early or late, and belongs to its own step then', () => {
    const at = (second: number) => stepOfCode(secret, '005924', new Date(second * 1_000));
    expect([at(1_234_567_890 - 30), at(1_234_567_890 + 30)]).toEqual([41_152_263, 41_152_263]);
    expect([at(1_234_567_890 - 90), at(1_234_567_890 + 90)]).toEqual([undefined, undefined]);
  });

  it.each(['', '00592', '0059245', '00592a', '٠٠٥٩٢٤', ' 005924'])('is no other text: %j', (code) => {
    expect(stepOfCode(secret, code, new Date(1_234_567_890_000))).toBeUndefined();
  });
});

it('a secret has 160 bits, and a URI that an authenticator reads', () => {
  const made = newTotpSecret();
  expect(Secret.fromBase32(made).bytes).toHaveLength(20);
  expect(totpUri(made, 'ada@example.com')).toMatch(
    /^otpauth:\/\/totp\/Berth:ada%40example\.com\?.*secret=[A-Z2-7]{32}/,
  );
});
