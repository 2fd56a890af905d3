import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CommandRunner } from '../src/execution/command-runner.js';
import { ProcessLedger } from '../src/execution/process-ledger.js';
import { Git } from '../src/sources/git.js';
import { temporaryFolder } from './support/folders.js';

const names = ['HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_PARAMETERS'] as const;
const former = names.map((name) => [name, process.env[name]] as const);
let folder: string;

/** Programs that a source could have run by asking for them in its attributes, were these read. */
const programs = '[core]\n\thooksPath = /tmp/hooks\n[filter "evil"]\n\tsmudge = /tmp/evil\n';

beforeAll(async () => {
  folder = await temporaryFolder();
  const own = join(folder, 'of-the-machine');
  await mkdir(join(own, 'git'), { recursive: true });
  for (const file of ['.gitconfig', 'git/config', 'global', 'system']) await writeFile(join(own, file), programs);
  process.env['HOME'] = process.env['XDG_CONFIG_HOME'] = own;
  process.env['GIT_CONFIG_GLOBAL'] = join(own, 'global');
  process.env['GIT_CONFIG_SYSTEM'] = join(own, 'system');
  process.env['GIT_CONFIG_PARAMETERS'] = "'filter.evil.smudge=/tmp/evil'";
});
afterAll(() => {
  for (const [name, value] of former)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

it('git reads no configuration but ours, whatever the machine and its user have', async () => {
  const clock = new Clock();
  const runner = new CommandRunner(new ProcessLedger(join(folder, 'ledger'), clock), clock, 0);
  const toolPath = process.env['PATH'] ?? '';
  const git = new Git({ folder: join(folder, 'git'), toolPath, allowLocal: false }, runner);
  const { signal } = new AbortController();
  const { exitCode, output } = await git.run({ folder, signal, arguments: ['config', '--list', '--show-origin'] });
  expect(exitCode).toBe(0);
  const origins = new Set(output.map((line) => line.split('\t')[0]));
  expect(origins).toEqual(new Set([`file:${join(folder, 'git/gitconfig')}`]));
  expect(output.join('\n')).toContain('core.hookspath=/dev/null');
});
