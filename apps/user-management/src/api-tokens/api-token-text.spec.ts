import { expect, it } from '@jest/globals';
import {
  isApiToken,
  isClientSecret,
  isOrganizationToken,
  newApiToken,
  newClientSecret,
  newOrganizationToken,
  shownPart,
} from './api-token-text.js';

it('a token is known by its form, and any other text is not', () => {
  const token = newApiToken();
  expect(isApiToken(token)).toBe(true);
  expect(newApiToken()).not.toBe(token);
  for (let at = 0; at < token.length; at++) {
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(isApiToken(changed)).toBe(false);
  }
  for (const other of ['', token.slice(1), `${token}x`, ` ${token}`, token.toUpperCase()])
    expect(isApiToken(other)).toBe(false);
});

it('each kind has a form of its own, which no other has', () => {
  const texts = [newApiToken(), newOrganizationToken(), newClientSecret()];
  expect([isApiToken, isOrganizationToken, isClientSecret].map((isOne) => texts.map(isOne))).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
});

it('what is shown of it is its start', () => {
  expect(newApiToken()).toMatch(/^berth_/);
  expect(shownPart(newApiToken())).toMatch(/^berth_.{4}$/);
});
