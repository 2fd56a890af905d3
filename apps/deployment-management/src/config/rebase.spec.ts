import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rebase } from './rebase.js';

const record = fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), fc.integer({ min: 0, max: 2 }));

describe('rebasing a change', () => {
  const table: [string, object, object, object, object][] = [
    ['nothing changed', { A: 1 }, { A: 1 }, { A: 0, B: 0 }, { A: 0, B: 0 }],
    ['a name was set', { A: 1 }, { A: 1, B: 2 }, { A: 0 }, { A: 0, B: 2 }],
    ['a name was changed', { A: 1 }, { A: 2 }, { A: 0, B: 0 }, { A: 2, B: 0 }],
    ['a name was removed', { A: 1, B: 1 }, { A: 1 }, { A: 0, B: 0 }, { A: 0 }],
    ['a value is an object', { A: { id: 1 } }, { A: { id: 1 } }, { A: { id: 0 } }, { A: { id: 0 } }],
  ];
  it.each(table)('when %s', (_, base, changed, onto, expected) => {
    expect(rebase<unknown>({ ...base }, { ...changed }, { ...onto })).toEqual(expected);
  });

  it('gives the change itself on its own base, and the new ground when nothing changed', () => {
    fc.assert(
      fc.property(record, record, record, (base, changed, onto) => {
        expect(rebase(base, changed, base)).toEqual(changed);
        expect(rebase(base, base, onto)).toEqual(onto);
        const rebased = rebase(base, changed, onto);
        for (const name of ['A', 'B', 'C', 'D'])
          expect(rebased[name]).toBe(base[name] === changed[name] ? onto[name] : changed[name]);
      }),
    );
  });
});
