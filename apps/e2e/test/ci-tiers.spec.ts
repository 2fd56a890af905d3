import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what CI runs is no library
import { runStages, type Stage, type Tier } from '../../../tools/tiers.mjs';

let folder: string;
let printed: string[];

const tier = (name: string, script: string, more: Partial<Tier> = {}): Tier => ({
  name,
  command: [process.execPath, '--eval', script],
  needs: [],
  counts: true,
  ...more,
});
const runAll = (...stages: readonly Stage[]) => runStages(stages, { cwd: folder, print: (line) => printed.push(line) });
const run = (tiers: readonly Tier[], atOnce: number) => runAll({ tiers, atOnce });

/** Leaves a file, and ends when the other one is there; without it when the test is over. */
const meeting = (own: string, other: string): string => `
  const fs = require('node:fs');
  fs.writeFileSync('${own}', '');
  const met = () => {
    fs.writeFileSync('${own}-left', '');
    console.log('1 passed, 0 failed');
  };
  const look = () => (fs.existsSync('${other}') ? met() : fs.existsSync('${own}') && setTimeout(look, 5));
  look();`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-tiers-'));
  printed = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('tiers of tests', () => {
  it('add up what they counted last', async () => {
    const tiers = [
      tier('one', `console.log('1 passed, 9 failed'); console.log('30 passed, 2 failed'); console.log('done')`),
      tier('two', `console.log('7 passed, 0 failed')`),
    ];
    expect(await run(tiers, 1)).toEqual({ passed: 37, failed: 2 });
  });

  it('fail that count nothing, that end badly though nothing failed, and whose tools are missing', async () => {
    const tiers = [
      tier('silent', ''),
      tier('cut-off', `console.log('5 passed, 0 failed'); process.exitCode = 3`),
      tier('killed', `console.log('5 passed, 0 failed'); process.kill(process.pid, 'SIGKILL')`),
      tier('poor', `console.log('5 passed, 0 failed')`, { needs: ['no-such-tool', 'node'] }),
    ];
    expect(await run(tiers, 2)).toEqual({ passed: 10, failed: 4 });
    expect(printed).toContain('[silent] This tier counted nothing.');
    expect(printed).toContain('[poor] This tier needs no-such-tool, which this machine does not have.');
  });

  it('fail with each test that was skipped, and say so', async () => {
    const tiers = [
      tier('lazy', `console.log('30 passed, 0 failed, 1 skipped')`),
      tier('both', `console.log('7 passed, 2 failed, 3 skipped'); process.exitCode = 1`),
    ];
    expect(await run(tiers, 1)).toEqual({ passed: 37, failed: 6 });
    expect(printed).toContain('[lazy] 1 skipped: a test that does not run has failed.');
  });

  it('that count nothing by nature are judged by how they end', async () => {
    const tiers = [tier('good', '', { counts: false }), tier('bad', 'process.exitCode = 1', { counts: false })];
    expect(await run(tiers, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('run beside each other, as many as are wanted and no more', async () => {
    const last = `console.log((fs => fs.existsSync('a-left') || fs.existsSync('b-left'))(require('node:fs')) ? '1 passed, 0 failed' : '0 passed, 1 failed')`;
    expect(await run([tier('a', meeting('a', 'b')), tier('b', meeting('b', 'a')), tier('c', last)], 2)).toEqual({
      passed: 3,
      failed: 0,
    });
  });

  it('tell whose each line is, also what is complained of and what has no end', async () => {
    await run([tier('a', `process.stdout.write('one\\ntwo'); process.stderr.write('three\\n')`, { counts: false })], 1);
    expect(printed.sort()).toEqual(['[a] ended with code 0', '[a] one', '[a] three', '[a] two']);
  });

  it('say again in the end what failed, or how that ended which says nothing of it', async () => {
    const tiers = [
      tier('named', `console.log('✗ this\\nnoise\\n✗     why\\n8 passed, 1 failed'); process.exitCode = 1`),
      tier('silent', `console.log('what for'); process.exitCode = 2`, { counts: false }),
      tier('good', `console.log('✗ \\n3 passed, 0 failed')`),
    ];
    await run(tiers, 1);
    const end = ['[named] ✗ this', '[named] ✗     why', '[silent] what for', '[silent] ended with code 2'];
    expect(printed.slice(-5)).toEqual(['[good] ended with code 0', ...end]);
  });

  it('run stage by stage, and say what failed once the last one is done', async () => {
    const first = tier('first', `console.log('✗ early\\n8 passed, 1 failed'); process.exitCode = 1`);
    const last = tier('last', `console.log('3 passed, 0 failed')`);
    expect(await runAll({ tiers: [first], atOnce: 1 }, { tiers: [last], atOnce: 2 })).toEqual({
      passed: 11,
      failed: 1,
    });
    expect(printed.slice(-2)).toEqual(['[last] ended with code 0', '[first] ✗ early']);
  });
});
