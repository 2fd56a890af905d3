import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what lint measures by is no library
import { depth } from '../../../tools/eslint/depth.mjs';

const found = (code: string): string[] =>
  new Linter()
    .verify(code, [{ plugins: { berth: { rules: { depth } } }, rules: { 'berth/depth': ['error', 2] } }])
    .map(({ line, message }) => `${line}: ${message}`);
const tooDeep = (line: number, deep = 3) =>
  `${line}: Conditions and loops are nested ${deep} deep, 2 at most: give what is inside a name.`;

describe('conditions and loops', () => {
  it.each([
    ['a condition in a loop', 'for (const a of b) if (a) c();'],
    ['many beside each other', 'if (a) { if (b) c(); if (d) e(); } if (f) g();'],
    ['a chain of else if', 'for (const a of b) if (a) c(); else if (d) e(); else if (f) g(); else h();'],
    [
      'failures that are answered for',
      'try { for (const a of b) if (a) c(); } catch { try { d(); } finally { e(); } }',
    ],
    ['a function that begins anew', 'for (const a of b) if (a) c(() => { for (const d of a) if (d) e(); });'],
    ['what follows such a function', 'if (a) { c(() => { if (b) d(); }); if (e) f(); }'],
  ])('may be %s', (_, code) => {
    expect(found(code)).toEqual([]);
  });

  it.each([
    ['a condition in two loops', 'for (const a of b)\nfor (const c of a)\nif (c) d();', [tooDeep(3)]],
    ['a loop in a switch in a loop', 'while (a)\nswitch (b) {\ncase 1:\ndo c(); while (d);\n}', [tooDeep(4)]],
    ['a condition in an else if in a loop', 'for (;;)\nif (a) b();\nelse if (c)\nif (d) e();', [tooDeep(4)]],
    ['three levels in a function', 'const a = () => {\nif (b)\nfor (const c in d)\nwhile (e) f();\n};', [tooDeep(4)]],
    ['four levels', 'if (a)\nif (b)\nif (c)\nif (d) e();', [tooDeep(3), tooDeep(4, 4)]],
  ])('may not be %s', (_, code, told) => {
    expect(found(code)).toEqual(told);
  });
});
