import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare, type Fields, flatten, NOTHING } from './fields.js';

const look = (before: Fields, declared: Fields, current: Fields, overwrites = false) =>
  compare({ before, declared, current, overwrites });
const A = { source: 'a' };
const B = { source: 'b' };
const C = { source: 'c' };
const GONE = { source: NOTHING };

describe('a field that is declared', () => {
  it.each([
    ['is left alone where it is so', [A, A, A], { agreed: A }],
    ['is so by somebody else, too', [{}, A, A], { agreed: A }],
    ['becomes what the object says now', [A, B, A], { changes: ['source'], agreed: A }],
    ['is stated where nobody has', [{}, A, {}], { changes: ['source'] }],
    ['is stated where there is only the absence of one', [{}, A, { source: null }], { changes: ['source'] }],
    ['is not taken back from who changed it since', [A, A, B], { conflicts: ['source'], agreed: A }],
    ['is not changed over somebody else', [A, C, B], { conflicts: ['source'], agreed: A }],
    ['is not taken over from who had stated it before', [{}, A, B], { conflicts: ['source'] }],
    ['is in agreement again once it says what is there', [A, B, B], { agreed: B }],
    ['is not stated anew where somebody took it away', [A, A, {}], { conflicts: ['source'], agreed: A }],
    ['is taken away by the object that stated it', [A, GONE, A], { changes: ['source'], agreed: A }],
    ['is gone, as the object says', [{}, GONE, {}], { agreed: GONE }],
    ['is not taken away from who stated it', [GONE, GONE, A], { conflicts: ['source'], agreed: GONE }],
    ['is stated by the object that took it away', [GONE, A, {}], { changes: ['source'], agreed: GONE }],
    ['is nobody’s business once it is not named', [A, {}, B], {}],
  ])('%s', (_, [before = {}, declared = {}, current = {}], expected) => {
    expect(look(before, declared, current)).toEqual({ changes: [], conflicts: [], agreed: {}, ...expected });
  });

  it('is changed over somebody else by whoever has seen that', () => {
    expect(look(A, C, B, true)).toEqual({ changes: ['source'], conflicts: [], agreed: A });
  });
});

const value = fc.constantFrom<unknown>('a', 'b', { kind: 'git', ref: 'a' }, 1, NOTHING, null, undefined);
const fields = fc.dictionary(fc.constantFrom('x', 'y', 'z'), value);

describe('a comparison', () => {
  const drawn = fc.record({ before: fields, declared: fields, current: fields, overwrites: fc.boolean() });

  it('never both changes a field and leaves it, and touches none that is not declared', () => {
    fc.assert(
      fc.property(drawn, (stances) => {
        const { changes, conflicts, agreed } = compare(stances);
        expect(changes.filter((name) => conflicts.includes(name))).toEqual([]);
        for (const name of [...changes, ...conflicts, ...Object.keys(agreed)])
          expect(stances.declared[name]).toBeDefined();
      }),
    );
  });

  it('finds nothing more to do when its changes were made, and then never fights over what is changed elsewhere', () => {
    fc.assert(
      fc.property(drawn, fields, (stances, elsewhere) => {
        const first = compare(stances);
        const made = Object.fromEntries(first.changes.map((name) => [name, stances.declared[name]]));
        const current = { ...stances.current, ...made };
        const second = compare({ ...stances, before: first.agreed, current, overwrites: false });
        expect(second.changes).toEqual([]);
        const third = compare({
          ...stances,
          before: second.agreed,
          current: { ...current, ...elsewhere },
          overwrites: false,
        });
        // Going back to what was agreed upon lets the object have its change.
        const isTheirs = (name: string) =>
          name in elsewhere && !isDeepStrictEqual(elsewhere[name] ?? NOTHING, second.agreed[name] ?? NOTHING);
        expect(third.changes.filter(isTheirs)).toEqual([]);
      }),
    );
  });
});

it('flattens as deep as it is told', () => {
  const size = { cpuMillicores: 100, health: { path: '/' } };
  expect(flatten('sizes', { web: size }, 2)).toEqual({
    'sizes.web.cpuMillicores': 100,
    'sizes.web.health': size.health,
  });
  expect(flatten('autoscaling', { web: { min: 1, max: 2 } }, 1)).toEqual({ 'autoscaling.web': { min: 1, max: 2 } });
});
