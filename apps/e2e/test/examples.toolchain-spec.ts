import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Deployment } from '@berth/contracts/deployment';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import {
  type Files,
  foreignRepositories,
  lockedRepository,
  rootFolders,
  unsupported,
} from './support/foreign-repositories.js';
import { Repository } from './support/repository.js';

jest.setTimeout(400_000);

const run = promisify(execFile);

let berth: BerthProcess;
let admin: CommandLine;
let scratch: string;
let tools: string;
let path: string | undefined;
let made = 0;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'berth-tools-'));
  const packages = ['pnpm@10.20.0', 'yarn@1.22.22'];
  await run('npm', ['install', '--global', '--prefix', scratch, '--no-audit', '--no-fund', ...packages]);
  await run('chmod', ['-R', 'go+rX', scratch]);
  tools = join(scratch, 'bin');
  path = process.env['PATH'];
  process.env['PATH'] = `${tools}:${path}:/usr/local/go/bin`;
  berth = await BerthProcess.start();
  admin = await CommandLine.at(berth.url);
  const { email, password } = berth.administrator();
  await admin.run(['login', '--email', email, '--password-stdin'], password);
  for (const each of [
    ['orgs', 'acme'],
    ['projects', 'shop'],
    ['envs', 'staging'],
  ] as const)
    await admin.run([each[0], 'create', each[1]]);
});
afterAll(async () => {
  await berth.stopAndRemove();
  process.env['PATH'] = path;
  await rm(scratch, { recursive: true, force: true });
});

/** A person with a clone of the repository, who makes an app of it. */
async function appFor({ folder, url }: Repository, root?: string): Promise<CommandLine> {
  const person = admin.in(folder);
  const where = root === undefined ? [] : ['--root', root];
  await person.run(['apps', 'create', `app-${++made}`, '--project', 'shop', '--git', url, ...where]);
  return person;
}

const deploy = ['deploy', '--env', 'staging', '--wait'];

async function answers(repository: Repository, words: string, root?: string): Promise<void> {
  const person = await appFor(repository, root);
  const { out } = await person.run(deploy);
  expect((await ask(out.trim())).body).toContain(words);
  await person.run(['ps', 'stop', '--env', 'staging']);
}

describe('an example goes live through the command line: ', () => {
  it.each([
    ['express', 'Hello from Express'],
    ['flask', 'Hello from Flask'],
    ['go-hello', 'Hello from Go'],
    ['static-site', 'A site on Berth'],
  ])('%s', async (example, words) => answers(await Repository.ofExample(example), words));
});

describe("somebody else's repository goes live as it is: ", () => {
  it.each(Object.entries(foreignRepositories))('%s', async (name, files) =>
    answers(await Repository.make(files), 'hello from', rootFolders[name]),
  );

  it.each(['pnpm', 'yarn'] as const)('a lock file of %s', async (manager) => {
    const folder = await mkdtemp(join(scratch, `${manager}-`));
    await answers(await Repository.make(await lockedRepository(manager, folder, tools)), 'hello from express');
  });
});

describe('a source that cannot be run ends with a cause and a next step: ', () => {
  it.each(Object.entries(unsupported))('%s', async (_name, { files, says }: { files: Files; says: RegExp }) => {
    const person = await appFor(await Repository.make(files));
    expect((await person.try(deploy)).code).not.toBe(0);
    const [deployment] = await person.json<Deployment[]>(['deployments', 'list', '--env', 'staging']);
    expect(deployment).toMatchObject({ status: 'failed', failure: { cause: 'detect_failed' } });
    const { message, evidence, nextStep } = deployment?.failure ?? { message: '', evidence: [], nextStep: '' };
    expect([message, ...evidence, nextStep].join('\n')).toMatch(says);
    expect(nextStep.length).toBeGreaterThan(20);
  });
});
