import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
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
  let berth: BerthProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-interrupted-'));
    await chmod(folder, 0o711);
  });
  afterEach(async () => {
    await berth?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const begin = async () => (berth = await BerthProcess.begin({ folder, arguments: [] }));
  const exampleOf = async (started: BerthProcess): Promise<number> => {
    const url = /Example\s+(\S+)/.exec(started.output)?.[1];
    return (await ask(url ?? started.everything)).status;
  };

  const moments: Record<string, (started: BerthProcess) => Promise<void>> = {
    'the database is made': () => eventually(() => expect(existsSync(join(folder, 'postgres'))).toBe(true), soon),
    'PostgreSQL starts': () =>
      eventually(() => expect(existsSync(join(folder, 'postgres/data/postmaster.pid'))).toBe(true), soon),
    'the example is deployed': (started) =>
      eventually(async () => expect((await fetch(`${started.url}/openapi.json`)).status).toBe(200), soon),
  };

  it.each(
    Object.keys(moments).flatMap((moment) =>
      (['SIGINT', 'SIGKILL'] as const).map((signal) => [signal, moment] as const),
    ),
  )('that ends by %s while %s is begun again, as if it were the first', async (signal, moment) => {
    const first = await begin();
    await moments[moment]?.(first);
    expect(first.output).not.toContain('Berth is up');
    expect(await first.stop(signal)).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') expect(await processesNaming(folder)).toEqual([]);

    berth = await BerthProcess.start({ folder, arguments: [] });
    expect(berth.administrator().password.length).toBeGreaterThanOrEqual(12);
    expect(await exampleOf(berth)).toBe(200);
    expect(await berth.stop()).toBe(0);
    expect(await processesNaming(folder)).toEqual([]);
  });

  it('whose example cannot be deployed says so, and the platform is there', async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await symlink('/usr/bin/id', join(tools, 'id')); // PostgreSQL is no root's
    berth = await BerthProcess.start({ folder: join(folder, 'data'), arguments: [], environment: { PATH: tools } });
    expect(berth.everything).toMatch(/^The example could not be deployed: its Git repository was not made: .*git/m);
    expect(berth.output).not.toMatch(/Example /);
    expect(berth.administrator().email).toBe('admin@berth.localhost');
    expect((await fetch(`${berth.url}/openapi.json`)).status).toBe(200);
  });
});
