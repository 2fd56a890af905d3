import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const library = resolve(import.meta.dirname, '../../../tools/jest/run.mjs');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-runs-'));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A run whose tests leave folders, one of them unwritable; two parts say when they are ended. */
const running = `
  import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { endRun, runWith } from ${JSON.stringify(library)};
  const part = (name) => async () => {
    const made = mkdtempSync(join(tmpdir(), 'left-'));
    mkdirSync(join(made, 'below'));
    chmodSync(made, 0o500);
    return () => console.log('ended ' + name);
  };
`;

function start(script: string): { child: ChildProcess; lines: string[]; code: Promise<number | null> } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', running + script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines, code: new Promise((done) => child.once('close', done)) };
}

describe('a run of tests', () => {
  it('takes with it what its tests left in the folder for temporary files', async () => {
    const run = start(`await runWith(part('one'), part('two'))(); console.log('runs'); await endRun();`);
    expect(await run.code).toBe(0);
    expect(run.lines).toEqual(['runs', 'ended two', 'ended one']);
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends what it started when the rest of it cannot start', async () => {
    const run = start(`await runWith(part('one'), () => Promise.reject(new Error('no such tool')), part('two'))();`);
    expect(await run.code).toBe(1);
    expect(run.lines).toEqual(['ended one']);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends what it started when it is interrupted by %s, twice', async (signal, code) => {
    const slow = `async () => () => (console.log('ending'), new Promise((done) => process.stdin.once('data', done)))`;
    const run = start(`await runWith(part('one'), ${slow})(); console.log('runs'); process.stdin.resume();`);
    await eventually(() => expect(run.lines).toEqual(['runs']));
    expect(await readdir(folder)).toHaveLength(1);
    run.child.kill(signal);
    await eventually(() => expect(run.lines).toEqual(['runs', 'ending']));
    run.child.kill(signal);
    run.child.stdin?.end('ended');
    expect(await run.code).toBe(code);
    expect(run.lines).toEqual(['runs', 'ending', 'ended one']);
    expect(await readdir(folder)).toEqual([]);
  });

  describe('that is interrupted while something is starting', () => {
    /** Says when it begins and when the run was interrupted, and goes on by what it is told. */
    const startedBy = (settled: string) => `() => {
      process.once('SIGTERM', () => console.log('interrupted'));
      console.log('starting');
      return new Promise((done, refuse) => process.stdin.once('data', () => ${settled}));
    }`;
    const interrupted = async (script: string) => {
      const run = start(script);
      await eventually(() => expect(run.lines).toEqual(['starting']));
      run.child.kill('SIGTERM');
      await eventually(() => expect(run.lines).toEqual(['starting', 'interrupted']));
      run.child.stdin?.end('go on');
      return { code: await run.code, lines: run.lines.slice(2) };
    };

    it('ends that, too, and begins nothing more', async () => {
      const slow = startedBy(`done(part('slow')())`);
      const { code, lines } = await interrupted(`await runWith(part('one'), ${slow}, part('never'))();`);
      expect(lines).toEqual(['ended slow', 'ended one']);
      expect(code).toBe(143);
      expect(await readdir(folder)).toEqual([]);
    });

    it('ends what had started when that fails', async () => {
      const failing = startedBy(`refuse(new Error('it was ended, too'))`);
      const { lines } = await interrupted(`await runWith(part('one'), ${failing})();`);
      expect(lines).toEqual(['ended one']);
      expect(await readdir(folder)).toEqual([]);
    });
  });
});
