import { describe, expect, it } from '@jest/globals';
import { canonicalText } from './canonical.js';
import { type CorrectedLine, differences } from './corrections.js';

describe('canonical text', () => {
  it('sorts keys at every depth, keeps lists, leaves out what is not there, and ends its last line', () => {
    expect(canonicalText({ b: [{ z: 1, a: null }, 'x'], a: undefined, A: 'é' })).toBe(
      '{\n  "A": "é",\n  "b": [\n    {\n      "a": null,\n      "z": 1\n    },\n    "x"\n  ]\n}\n',
    );
  });
});

describe('differences', () => {
  const line = (id: string, amount: bigint, kind: CorrectedLine['kind'] = 'usage', version: number | null = 1) => ({
    ...{ kind, id, name: id, version, amount },
  });
  const amounts = (before: CorrectedLine[], after: CorrectedLine[]) =>
    differences(before, after).map(({ kind, id, version, amount }) => [kind, id, version, amount]);

  it.each<[string, CorrectedLine[], CorrectedLine[], unknown[]]>([
    ['nothing when nothing changed', [line('cpu', 5n)], [line('cpu', 5n)], []],
    ['more', [line('cpu', 5n)], [line('cpu', 7n)], [['usage', 'cpu', 1, 2n]]],
    ['less', [line('cpu', 5n)], [], [['usage', 'cpu', 1, -5n]]],
    ['a new line', [], [line('cpu', 7n)], [['usage', 'cpu', 1, 7n]]],
    [
      'each version by itself',
      [line('cpu', 5n), line('cpu', 5n, 'usage', 2)],
      [line('cpu', 6n), line('cpu', 4n, 'usage', 2)],
      [
        ['usage', 'cpu', 1, 1n],
        ['usage', 'cpu', 2, -1n],
      ],
    ],
    ['a tax with the rest', [line('vat', 1n, 'tax', null)], [line('vat', 3n, 'tax', null)], [['tax', 'vat', null, 2n]]],
    ['credits never', [line('c', -1n, 'credit', null)], [line('c', -3n, 'credit', null)], []],
  ])('are %s', (_name, before, after, expected) => {
    expect(amounts(before, after)).toEqual(expected);
  });
});
