import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what CI measures is no library
import { commentShare, functionSizes, linesOf, quantile, suppressionsWithoutReason } from '../../../tools/measures.mjs';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the same
import { cyclesIn } from '../../../tools/cycles.mjs';

const file = (...lines: string[]) => ({ path: 'libs/x/src/a.ts', text: lines.join('\n') });

describe('the budgets of the whole tree', () => {
  it('count lines that are not blank', () => {
    expect(linesOf(file('a;', '', '  ', 'b;', ''))).toBe(2);
  });

  it('take a quantile of what was counted, and of nothing zero', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(numbers, 0.5), quantile(numbers, 0.95), quantile(numbers, 1), quantile([], 0.5)]).toEqual([
      ...[51, 96, 100, 0],
    ]);
  });

  it('measure every function that has a body, one within another in both, without what stands before it', () => {
    const sizes = functionSizes(
      file(
        '/** Not counted. */',
        'export function outer(): void {',
        '  const inner = () => 1;',
        '',
        '  inner();',
        '}',
        'abstract class A {',
        '  abstract b(): void;',
        '  get c() {',
        '    return 1;',
        '  }',
        '}',
        'type F = () => void;',
      ),
    );
    expect(sizes).toEqual([4, 1, 3]);
  });

  it('count lines with words of a comment alone, not code with a word behind it, nor the frame', () => {
    const share = commentShare([
      file('/**', ' * Why.', ' */', 'a; // here'),
      file('// limits', 'b;', '', '/* c */ d;'),
    ]);
    expect(share).toBeCloseTo(3 / 7);
  });

  it('find rules that are silenced without a reason', () => {
    // In one piece with their comments they would be found here.
    const rule = 'eslint-disable';
    const compiler = '@ts-';
    const silenced = [
      `// ${rule}-next-line eqeqeq -- null and undefined alike`,
      `// ${rule}-next-line eqeqeq`,
      `/* ${rule} */`,
      `// ${compiler}expect-error the types of the driver lack it`,
      `// ${compiler}ignore`,
      `const text = '${rule}';`,
    ];
    expect(suppressionsWithoutReason(file(...silenced))).toEqual([2, 3, 5].map((line) => `libs/x/src/a.ts:${line}`));
  });
});

describe('import cycles', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'berth-cycles-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = (name: string, ...imports: string[]) =>
    writeFile(join(root, name), imports.map((from) => `import { x } from './${from}.js';\n`).join(''));

  it('are found however long they are, and types may go round', async () => {
    await write('a.ts', 'b');
    await write('b.ts', 'c');
    await write('c.ts', 'a');
    await writeFile(join(root, 'd.ts'), `import type { x } from './e.js';\n`);
    await write('e.ts', 'd', 'a');
    expect(cyclesIn(root, ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts'])).toEqual([['a.ts', 'b.ts', 'c.ts', 'a.ts']]);
    expect(cyclesIn(root, ['a.ts', 'b.ts', 'd.ts', 'e.ts'])).toEqual([]);
  });
});
