import { describe, expect, it } from '@jest/globals';
import { pathOf } from './path.js';

describe('a path', () => {
  it.each([
    ['/', '/'],
    ['/api', '/api'],
    ['/api/', '/api'],
    ['/api/v1.2', '/api/v1.2'],
    ['/~me/my_shop-1', '/~me/my_shop-1'],
    [`/${'a'.repeat(199)}`, `/${'a'.repeat(199)}`],
  ])('%j is %j', (text, path) => expect(pathOf(text)).toBe(path));

  it.each([
    ...['', 'api', 'api/', '//', '//api', '/api//v1', '/api//', '/.', '/..', '/api/../admin', '/api/./v1'],
    ...['/a b', '/a%2Fb', '/a?b', '/a#b', '/a\\b', '/a;b', '/a*', '/über', '/a\n', `/${'a'.repeat(200)}`],
  ])('%j is none', (text) => expect(pathOf(text)).toBeNull());
});
