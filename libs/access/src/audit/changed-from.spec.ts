import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Change, changedFrom, concealed } from './changed-from.js';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The next state, from the former one and what changed: what a reader of the entry does. */
function apply(former: unknown, { before, after }: { before: unknown; after: unknown }): unknown {
  if (!isRecord(former) || !isRecord(before) || !isRecord(after)) return after;
  const next = new Map(Object.entries(former));
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) next.delete(name);
  for (const [name, value] of Object.entries(after)) {
    const both = Object.hasOwn(before, name) && Object.hasOwn(former, name);
    next.set(name, both ? apply(former[name], { before: before[name], after: value }) : value);
  }
  return Object.fromEntries(next);
}

/** Names are few, so that two states have much in common. */
const { state } = fc.letrec<{ state: Record<string, unknown>; value: unknown }>((tie) => ({
  state: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom('x', null, true),
    fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
    tie('state'),
  ),
}));

describe('what changed', () => {
  it.each<[string, object, object, Change]>([
    ['nothing', { a: 1 }, { a: 1 }, { before: {}, after: {} }],
    ['a field', { a: 1, b: 2 }, { a: 1, b: 3 }, { before: { b: 2 }, after: { b: 3 } }],
    ['a field that was not there', {}, { a: null }, { before: {}, after: { a: null } }],
    ['a field that is gone', { a: 1 }, {}, { before: { a: 1 }, after: {} }],
    ['a field that became undefined', { a: 1 }, { a: undefined }, { before: { a: 1 }, after: {} }],
    ['one that is undefined inside and was never there', { a: {} }, { a: { b: undefined } }, { before: {}, after: {} }],
    [
      'a field further inside, and not its neighbours',
      { counts: { web: 1, worker: 1 } },
      { counts: { web: 3, worker: 1 } },
      { before: { counts: { web: 1 } }, after: { counts: { web: 3 } } },
    ],
    ['a list, as a whole', { a: [1, 2] }, { a: [2] }, { before: { a: [1, 2] }, after: { a: [2] } }],
    [
      'a time, as a whole',
      { at: new Date(0) },
      { at: new Date(1) },
      { before: { at: new Date(0) }, after: { at: new Date(1) } },
    ],
    ['an equal time not at all', { at: new Date(0) }, { at: new Date(0) }, { before: {}, after: {} }],
  ])('%s', (_, former, next, change) => {
    expect(changedFrom(former, next)).toEqual(change);
  });

  it('leads from the former state to the next one', () => {
    fc.assert(
      fc.property(state, state, (former, next) => {
        expect(isDeepStrictEqual(apply(former, changedFrom(former, next)), next)).toBe(true);
      }),
    );
  });

  it('read the other way round leads back', () => {
    fc.assert(
      fc.property(state, state, (former, next) => {
        const { before, after } = changedFrom(former, next);
        expect(changedFrom(next, former)).toEqual({ before: after, after: before });
      }),
    );
  });

  it('has no field that is the same on both sides', () => {
    const share = (before: unknown, after: unknown): boolean =>
      isRecord(before) && isRecord(after)
        ? Object.keys(before).some((name) => Object.hasOwn(after, name) && share(before[name], after[name]))
        : isDeepStrictEqual(before, after);
    fc.assert(
      fc.property(state, state, (former, next) => {
        const { before, after } = changedFrom(former, next);
        expect(share(before, after)).toBe(false);
        expect(changedFrom(former, former)).toEqual({ before: {}, after: {} });
      }),
    );
  });
});

it('conceals what is in a field, and not that it changed', () => {
  const change = changedFrom(
    { sizes: { web: { command: 'run --key canary', cpuMillicores: 250 } }, billTo: null },
    { sizes: { web: { cpuMillicores: 500 } }, billTo: ['canary'] },
  );
  expect(concealed(change, 'command', 'billTo')).toEqual({
    before: { sizes: { web: { command: '[redacted]', cpuMillicores: 250 } }, billTo: '[redacted]' },
    after: { sizes: { web: { cpuMillicores: 500 } }, billTo: '[redacted]' },
  });
});
