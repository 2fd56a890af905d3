import { describe, expect, it } from '@jest/globals';
import { hoursText, parseHours } from './hours.js';

describe('hours', () => {
  it.each([
    ['mon-fri 08:00-19:00', 'mon,tue,wed,thu,fri 08:00-19:00'],
    ['sat,sun 10:00-24:00', 'sat,sun 10:00-24:00'],
    ['fri-mon 08:00-09:30', 'fri,sat,sun,mon 08:00-09:30'],
    ['mon-wed,wed,sun 08:00-09:30', 'mon,tue,wed,sun 08:00-09:30'],
    ['08:00-19:00', 'mon,tue,wed,thu,fri,sat,sun 08:00-19:00'],
  ])('%s are %s', (text, expected) => expect(hoursText(parseHours(text))).toBe(expected));

  it.each(['', 'mon', 'mon-fri', 'mon-fri 8-19', 'someday 08:00-19:00', 'mon-tue-wed 08:00-19:00', 'mon, 08:00-19:00'])(
    '"%s" are none',
    (text) => expect(() => parseHours(text)).toThrow('write "mon-fri'),
  );
});
