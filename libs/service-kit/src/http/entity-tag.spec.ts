import { describe, expect, it } from '@jest/globals';
import { entityTag, requireMatch } from './entity-tag.js';

describe('If-Match', () => {
  it.each(['"7"', '*', '"1", "7"', '"7","8"', ' "7" ', '"6" , *'])('%s matches generation 7', (header) => {
    expect(() => requireMatch(header, 7)).not.toThrow();
  });

  it.each(['"8"', '7', 'W/"7"', '"77"', '"07"', '', '"7', '"7" "8"', '**'])('%s does not', (header) => {
    expect(() => requireMatch(header, 7)).toThrow(
      expect.objectContaining({ status: 412, code: 'precondition_failed' }),
    );
  });

  it('must be there', () => {
    expect(() => requireMatch(undefined, 7)).toThrow(expect.objectContaining({ status: 428 }));
  });

  it('matches what an answer was tagged with', () => {
    for (const generation of [0, 1, 2 ** 31])
      expect(() => requireMatch(entityTag(generation), generation)).not.toThrow();
  });
});
