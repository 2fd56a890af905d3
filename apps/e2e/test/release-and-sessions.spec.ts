import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '@berth/contracts/deployment';
import type { LogLine, ObservedInstance } from '@berth/contracts/runtime';
import { freePort } from '@berth/local-postgres';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess, node, workspace } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

describe('on the embedded platform', () => {
  let berth: BerthProcess;
  let owner: CommandLine;
  let app: Repository;
  let url: string;

  beforeAll(async () => {
    berth = await BerthProcess.start();
    const { email, password } = berth.administrator();
    app = await Repository.make(withRelease('one', `console.log('migrated with', process.env.BERTH_PROCESS)`));
    const home = await CommandLine.at(berth.url);
    await home.run(['login', '--email', email, '--password-stdin'], password);
    for (const made of [
      ['orgs', 'acme'],
      ['projects', 'shop'],
      ['envs', 'staging'],
    ] as const)
      await home.run([made[0], 'create', made[1]]);
    owner = home.in(app.folder);
    await owner.run(['apps', 'create', 'web', '--dir', '.']);
  });
  afterAll(() => berth.stopAndRemove());

  const withRelease = (answer: string, migration: string): Record<string, string> => ({
    ...webApp(answer),
    Procfile: 'web: node server.js\nrelease: node migrate.js\n',
    'migrate.js': migration,
  });
  const write = (files: Record<string, string>) =>
    Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(app.folder, name), text)));
  const newest = async () => (await owner.json<Deployment[]>(['deployments', 'list']))[0];

  it('a release command runs before the release gets traffic, and what it printed is in the log', async () => {
    url = (await owner.run(['deploy', '--wait'])).out.trim();
    expect((await ask(url)).body).toBe('one');
    const shown = (await newest())?.timeline.map(({ message }) => message);
    expect(shown).toContain('Running the release command: node migrate.js');
    const { out } = await owner.run(['logs', '--process', 'release', '--json']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LogLine);
    expect(lines.map(({ text }) => text)).toContain('migrated with release');
  });

  it('one that fails keeps the release before, and shows its code and what it printed', async () => {
    await write(withRelease('two', `console.error('no table orders'); process.exit(4);`));
    const { code, out, error } = await owner.try(['deploy', '--wait']);
    expect(code).toBe(7);
    expect(out + error).toContain('no table orders');
    expect(await newest()).toMatchObject({ status: 'failed', failure: { cause: 'release_command_failed' } });
    expect((await ask(url)).body).toBe('one');
  });

  it('a command runs inside an instance: its variables, its folder, its input and its code', async () => {
    const script = `process.stdin.on('data', (text) => console.log(process.env.BERTH_PROCESS + ' says ' + text)).on('end', () => process.exit(5))`;
    expect(await owner.try(['exec', 'node', '-e', script], 'hello')).toMatchObject({
      code: 5,
      out: 'web says hello\n',
      error: '',
    });
    expect((await owner.run(['exec', 'ls'])).out).toContain('server.js');
  });

  it('a port of an instance is reached from here', async () => {
    const [instance] = await owner.json<ObservedInstance[]>(['ps']);
    const port = await freePort();
    const env = { ...process.env, BERTH_CONFIG_DIR: owner.home, HOME: owner.home, BERTH_SERVER: berth.url };
    const args = [join(workspace, 'apps/cli/bin/berth.js'), 'port-forward', String(port), '--instance', instance!.id];
    const forwarding = spawn(node, args, { cwd: app.folder, env, stdio: 'ignore' });
    try {
      await eventually(async () => expect((await ask(`http://127.0.0.1:${port}`)).body).toBe('one'), {
        within: 60_000,
      });
    } finally {
      forwarding.kill('SIGINT');
      await once(forwarding, 'exit');
    }
  });
});
