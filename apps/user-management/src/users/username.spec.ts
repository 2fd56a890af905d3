import { username, writtenUsername } from '@berth/contracts/identity';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { numberedStem, stemOfAddress } from './username.js';

describe('a username', () => {
  it.each(['ada', 'Ada.Lovelace', 'a1', '7up', 'ann_b-c', 'x'.repeat(39), ' ada '])('may be %s', (text) => {
    expect(username.parse(text)).toBe(text.trim().toLowerCase());
  });

  it.each(['a', '', '-ada', 'ada.', 'ada lovelace', 'ada@example.com', 'ädä', 'x'.repeat(40), 'ada/b', 'a\u0000b'])(
    'is never %s',
    (text) => expect(username.safeParse(text).success).toBe(false),
  );

  it.each(['admin', 'ROOT', 'berth', 'support', 'person', '01890a5d-ac96-774b-bcce-b302099a8057'])(
    'is nobody’s choice when it is %s',
    (text) => {
      expect(username.safeParse(text).error?.issues[0]?.message).toBe('is reserved');
      expect(writtenUsername.safeParse(text).success).toBe(true);
    },
  );
});

describe('made from an address it', () => {
  it.each([
    ['Ada.Lovelace@example.com', 'ada.lovelace'],
    ['ada+berth@example.com', 'ada'],
    ['"a b"@example.com', 'a-b'],
    ['áda@example.com', 'ada'],
    ['a@example.com', 'person'],
    ['__@example.com', 'person'],
    [`${'long'.repeat(12)}@example.com`, 'longlonglonglonglonglonglonglo'],
  ])('%s is %s', (address, expected) => expect(stemOfAddress(address)).toBe(expected));

  it('is one that can be written, with every number, whatever is in front of the @', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 64 }),
        fc.integer({ min: 2, max: 999_999_999 }),
        (local, n) => {
          const stem = stemOfAddress(`${local}@example.com`);
          for (const name of [stem, `${numberedStem(stem)}${n}`]) expect(writtenUsername.parse(name)).toBe(name);
        },
      ),
    );
  });
});
