import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { workspace } from './support/berth-process.js';

jest.setTimeout(60_000);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs these files of tests as the workspace runs its own. Answers the code and the last line. */
async function ended(
  files: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; last: string | undefined }> {
  const config = {
    rootDir: folder,
    testMatch: ['**/*.spec.js'],
    transform: {},
    cacheDirectory: join(folder, 'cache'),
    reporters: [join(workspace, 'tools/jest/closing-line-reporter.mjs')],
  };
  const configFile = join(folder, 'jest.config.json');
  await writeFile(configFile, JSON.stringify(config));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const binary = join(workspace, 'node_modules/jest/bin/jest.js');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [binary, '--config', configFile, '--runInBand'], { env }, (_, out) =>
      resolve({ code: child.exitCode ?? -1, last: out.trimEnd().split('\n').at(-1) }),
    );
  });
}

describe('the last line of a run of tests', () => {
  it('says how many passed and that none failed, and the run ends with 0', async () => {
    const files = { 'a.spec.js': `it('a', () => {}); it('b', () => {});`, 'b.spec.js': `it('c', () => {});` };
    expect(await ended(files)).toEqual({ code: 0, last: '3 passed, 0 failed' });
  });

  it('counts a file that does not load as failed, and tells what was skipped', async () => {
    const files = {
      'mixed.spec.js': `it('a', () => {}); it('b', () => { throw new Error('no'); }); it.skip('c', () => {}); it.todo('d');`,
      'broken.spec.js': `require('./not-there');`,
    };
    expect(await ended(files)).toEqual({ code: 1, last: '1 passed, 2 failed, 2 skipped' });
  });
});

describe('a run of tests that is told where', () => {
  it('writes down which of them passed, for whoever asks for some of them', async () => {
    const record = join(folder, 'record');
    await mkdir(record);
    const files = {
      'a.spec.js': `it('a', () => {}); it('b', () => { throw new Error('no'); }); it.skip('c', () => {});`,
    };
    await ended(files, { ...process.env, TEST_RECORD: record });
    const texts = await Promise.all((await readdir(record)).map((name) => readFile(join(record, name), 'utf8')));
    expect(texts).toEqual([expect.stringMatching(/^[^\n]*a\.spec\.js\ta\n$/)]);
  });
});
