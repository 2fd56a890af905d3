import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMadeOfContext } from './words-of-context.js';

const known = ['ada.lovelace@engines.example', 'Áda King-Noel', 'analytical-works'];

describe('a password is made of what others know of its owner', () => {
  it.each([
    ['the platform and a year', 'Berth2026!'],
    ['the platform twice', 'berth-BERTH'],
    ['the address without its domain', 'Ada.Lovelace'],
    ['a part of it and a number', 'lovelace1'],
    ['the domain', 'engines#1234'],
    ['a name, without its accent', 'ada-king 99'],
    ['a name with its accent', 'Áda King 99'],
    ['the organization', 'Analytical Works 1'],
    ['several of them', 'lovelace@berth'],
  ])('%s', (_, password) => expect(isMadeOfContext(password, known)).toBe(true));

  it.each([
    ['none of it', 'correct horse battery'],
    ['a word among others', 'my berth is at the quay'],
    ['enough beside it', 'lovelace-wrote-it'],
    ['a common word, which another list knows', 'password1'],
    ['no letter at all', '!!!!!!!!'],
  ])('not: %s', (_, password) => expect(isMadeOfContext(password, known)).toBe(false));

  it('as long as fewer than six letters are left, whatever they are and however it is written', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'qxz0123'), maxLength: 12 });
    const written = fc.mixedCase(fc.constantFrom('lovelace', 'berth', 'analytical-works'));
    fc.assert(
      fc.property(letters, written, letters, (before, word, after) => {
        const isFew = before.length + after.length < 6;
        expect(isMadeOfContext(`${before} ${word}-${after}`, known)).toBe(isFew);
      }),
    );
  });

  it('never, when nothing in it is known of anybody', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'qxz0123'), maxLength: 20 });
    fc.assert(fc.property(letters, (password) => expect(isMadeOfContext(password, known)).toBe(false)));
  });
});
