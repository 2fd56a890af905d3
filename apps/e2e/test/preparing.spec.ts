import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { workspace } from './support/berth-process.js';

let folder: string;
let started: ChildProcess[];

beforeEach(async () => {
  started = [];
  folder = await mkdtemp(join(tmpdir(), 'berth-clone-'));
  await cp(join(workspace, 'tools'), join(folder, 'tools'), { recursive: true });
  await writeFile(join(folder, 'package-lock.json'), '{}');
  // Tells when it begins, and fails when it is told to end.
  await npm(`echo $PPID >> '${folder}/installs'; until [ -e '${folder}/end' ]; do sleep 0.05; done; exit 7`);
});
afterEach(async () => {
  await writeFile(join(folder, 'end'), '');
  await Promise.all(started.map((each) => each.exitCode ?? each.signalCode ?? once(each, 'exit')));
  await rm(folder, { recursive: true, force: true });
});

async function npm(script: string): Promise<void> {
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'bin/npm'), 0o755);
}

/** A command that begins in the clone, and how it ended. */
function begin(command: 'up' | 'test') {
  const child = spawn(process.execPath, [join(folder, 'tools', `${command}.mjs`)], {
    env: { ...process.env, PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<{ code: number | null; said: string }>((done) =>
    child.once('close', (code) => done({ code, said })),
  );
  return { child, ended };
}

/** Ids of the processes that ran npm. */
const installs = async () => (await readFile(join(folder, 'installs'), 'utf8')).trim().split('\n').map(Number);

it('of commands that find a clone not installed, one installs and the others say in a sentence whom they would disturb', async () => {
  const commands = (['up', 'test', 'up', 'test'] as const).map(begin);
  const [holder] = await eventually(installs);
  const others = commands.filter(({ child }) => child.pid !== holder);
  expect(others).toHaveLength(3);
  for (const { ended } of others)
    expect(await ended).toEqual({
      code: 1,
      said: expect.stringMatching(
        new RegExp(`^Process ${holder} is installing or building in this clone: try again when .*\\.\n$`),
      ),
    });
  expect(await installs()).toEqual([holder]);
});

it('a command that was killed while it installed, or failed, is in nobody’s way', async () => {
  const killed = begin('up');
  await eventually(installs);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  await writeFile(join(folder, 'end'), '');
  expect(await begin('up').ended).toEqual({ code: 7, said: 'Installing dependencies ...\n' });
  expect(await begin('up').ended).toMatchObject({ code: 7 });
  expect(await installs()).toHaveLength(3);
});
