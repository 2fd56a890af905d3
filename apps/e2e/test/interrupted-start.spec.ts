import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess, processesNaming } from './support/berth-process.js';

jest.setTimeout(300_000);
const soon = { within: 120_000 };

describe('a first start', () => {
  let folder: string;
  /** Beside what tests lay down: a folder that holds something else is not taken. */
  const data = () => join(folder, 'data');
  let berth: BerthProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-interrupted-'));
    await chmod(folder, 0o711);
  });
  afterEach(async () => {
    await berth?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Its builds meet a `git` that says it was called, and comes to no end by itself. */
  const begin = async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await writeFile(
      join(tools, 'git'),
      '#!/bin/sh\necho called > "$0.called"\nwhile [ -e "$0" ]; do sleep 0.05; done\n',
    );
    await writeFile(join(tools, 'git.called'), '');
    await chmod(join(tools, 'git'), 0o755);
    await chmod(join(tools, 'git.called'), 0o666);
    const environment = { BERTH_TOOL_PATH: `${tools}:/usr/local/bin:/usr/bin:/bin` };
    return (berth = await BerthProcess.begin({ folder: data(), arguments: [], environment }));
  };
  const exampleOf = async (started: BerthProcess): Promise<number> => {
    const url = /Example\s+(\S+)/.exec(started.output)?.[1];
    return (await ask(url ?? started.everything)).status;
  };

  const isThere = (path: string) => expect(existsSync(join(data(), path))).toBe(true);
  const moments: Record<string, () => Promise<void>> = {
    'the database is made': () => eventually(() => isThere('postgres'), soon),
    'PostgreSQL starts': () => eventually(() => isThere('postgres/data/postmaster.pid'), soon),
    'the example is deployed': () =>
      eventually(async () => expect(await readFile(join(folder, 'tools/git.called'), 'utf8')).toBe('called\n'), soon),
  };

  it.each(
    Object.keys(moments).flatMap((moment) =>
      (['SIGINT', 'SIGKILL'] as const).map((signal) => [signal, moment] as const),
    ),
  )('that ends by %s while %s is begun again, as if it were the first', async (signal, moment) => {
    const first = await begin();
    await moments[moment]?.();
    expect(first.output).not.toContain('Berth is up');
    expect(await first.stop(signal)).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') expect(await processesNaming(folder)).toEqual([]);

    berth = await BerthProcess.start({ folder: data(), arguments: [] });
    expect(berth.administrator().password.length).toBeGreaterThanOrEqual(12);
    expect(await exampleOf(berth)).toBe(200);
    expect(await berth.stop()).toBe(0);
    expect(await processesNaming(folder)).toEqual([]);
  });

  it('works in a folder with a name that a URL or a shell would read otherwise', async () => {
    berth = await BerthProcess.start({ folder: join(folder, 'my data ü%20#1'), arguments: [] });
    expect(await exampleOf(berth)).toBe(200);
  });

  it('whose example cannot be deployed says so, and the platform is there', async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await symlink('/usr/bin/id', join(tools, 'id')); // PostgreSQL is no root's
    berth = await BerthProcess.start({ folder: data(), arguments: [], environment: { PATH: tools } });
    expect(berth.everything).toMatch(/^The example could not be deployed: its Git repository was not made: .*git/m);
    expect(berth.output).not.toMatch(/Example /);
    expect(berth.administrator().email).toBe('admin@berth.localhost');
    expect((await fetch(`${berth.url}/openapi.json`)).status).toBe(200);
  });
});
