import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandLine } from './shell-words.js';

describe('a command line', () => {
  it.each([
    [['node seed.js | tee log'], 'node seed.js | tee log'],
    [['node', 'seed.js', '--all'], 'node seed.js --all'],
    [['echo', 'two words', "it's"], `echo 'two words' 'it'\\''s'`],
    [['echo', ''], `echo ''`],
  ])('of %j is %s', (words, expected) => expect(commandLine(words)).toBe(expected));

  it('is read back by a shell as the words that it was made of', () => {
    const words = fc.array(
      fc.string().filter((word) => !word.includes('\0')),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(words, (given) => {
        const ran = spawnSync('sh', ['-c', commandLine(['printf', '%s\\0', ...given])]);
        expect(ran.stdout.toString().split('\0').slice(0, -1)).toEqual(given);
      }),
      { numRuns: 30 },
    );
  });
});
