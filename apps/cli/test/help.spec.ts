import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commands } from '../src/command-table.js';
import { exitCodes } from '../src/errors.js';
import { Terminal } from './terminal.js';

const golden = join(import.meta.dirname, 'golden/help.txt');

describe('help', () => {
  let terminal: Terminal;
  beforeEach(async () => void (terminal = await Terminal.open('http://127.0.0.1:1')));
  afterEach(() => terminal.close());

  const help = async (...argv: string[]) => {
    const ran = await terminal.berth([...argv, '--help']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  };

  /** After a wanted change: UPDATE_GOLDEN=1 npm run jest -- apps/cli/test/help.spec.ts, and read the difference. */
  it('reads as it was agreed, for every command', async () => {
    const nouns = [
      'orgs',
      'projects',
      'envs',
      'apps',
      'deployments',
      'releases',
      'config',
      'secrets',
      'invoices',
      'clusters',
    ];
    const parts = [await help()];
    for (const noun of nouns) parts.push(await help(noun));
    for (const { path } of commands) parts.push(await help(...path.split(' ')));
    const text = parts.join(`\n${'-'.repeat(100)}\n\n`);
    if (process.env['UPDATE_GOLDEN']) await writeFile(golden, text);
    expect(text).toBe(await readFile(golden, 'utf8'));
  });

  it('fits a terminal of 120 columns', async () => {
    expect(Math.max(...(await help()).split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('names every exit code', async () => {
    const text = await help();
    for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`(^| )${code} [a-z]`, 'm'));
  });

  it('goes to stderr with exit code 2 when a command is missing or unknown', async () => {
    expect(await terminal.berth([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage:') });
    expect(await terminal.berth(['config'])).toMatchObject({ code: 2, stdout: '' });
    expect(await terminal.berth(['deply'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('deply'),
    });
    expect(await terminal.berth(['deploy', '--wiat'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--wait'),
    });
  });

  it('says which version it is', async () => {
    expect(await terminal.berth(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});
