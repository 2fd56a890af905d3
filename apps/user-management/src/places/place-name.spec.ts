import { describe, expect, it } from '@jest/globals';
import { placeName, type PlaceRecord } from './place-name.js';

const named = (en: string) => ({ names: { en } });

describe('placeName', () => {
  it.each<[string, PlaceRecord, string | null]>([
    [
      'from small to large',
      {
        city: named('London'),
        subdivisions: [named('England'), named('Greater London')],
        country: named('United Kingdom'),
      },
      'London, England, United Kingdom',
    ],
    [
      'nothing twice',
      { city: named('Berlin'), subdivisions: [named('Berlin')], country: named('Germany') },
      'Berlin, Germany',
    ],
    ['a country alone', { country: named('Japan') }, 'Japan'],
    ['a part without a name', { city: {}, country: named('Japan') }, 'Japan'],
    ['nothing', {}, null],
  ])('says %s', (_, record, name) => {
    expect(placeName(record)).toBe(name);
  });
});
