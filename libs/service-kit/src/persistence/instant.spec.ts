import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { types } from 'pg';
import { instant } from './instant.js';

const byTheDriver = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;
const two = (number: number) => String(number).padStart(2, '0');
const four = (number: number) => String(number).padStart(4, '0');

/** As Postgres writes it: no digit of the fraction more than it needs. */
const written = fc
  .record({
    year: fc.integer({ min: 0, max: 9999 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    fraction: fc.stringMatching(/^(\.\d{0,5}[1-9])?$/),
    zone: fc.constantFrom('+00', '+00', '+00', '+02', '-08', '+05:30', '-00:25:21'),
    era: fc.constantFrom('', '', '', ' BC'),
  })
  .map(
    ({ year, month, day, hour, minute, second, fraction, zone, era }) =>
      `${four(year)}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}${era}`,
  );

describe('an instant that Postgres wrote', () => {
  it('is what the driver reads, whatever its fraction, zone and era', () => {
    fc.assert(
      fc.property(written, (text) => expect(instant(text)).toEqual(byTheDriver(text))),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['2026-11-22 03:24:12+00', '2026-11-22T03:24:12.000Z'],
    ['2026-11-22 03:24:12.5+00', '2026-11-22T03:24:12.500Z'],
    ['2026-11-22 03:24:12.007999+00', '2026-11-22T03:24:12.007Z'],
    ['0026-01-31 23:59:59.999+00', '0026-01-31T23:59:59.999Z'],
    ['0001-01-01 00:00:00+00 BC', '0000-01-01T00:00:00.000Z'],
    ['12026-11-22 03:24:12+00', '+012026-11-22T03:24:12.000Z'],
    ['2026-11-22 05:24:12+02', '2026-11-22T03:24:12.000Z'],
  ])('%s', (text, expected) => {
    expect(instant(text).toISOString()).toBe(expected);
  });

  it.each(['infinity', '-infinity'])('is a number when it is %s, as the driver has it', (text) => {
    expect(instant(text)).toBe(byTheDriver(text));
  });
});
