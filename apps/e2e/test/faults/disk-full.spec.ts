import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workload } from '@berth/contracts/deployment';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { ask } from '../support/app-http.js';
import { BerthProcess } from '../support/berth-process.js';
import { Repository, webApp } from '../support/repository.js';

jest.setTimeout(300_000);

/** The platform ends builds at 256 MiB of free space: some of this is for them, and a fast one can take all of it. */
const SIZE = '400m';

let folder: string;
let berth: BerthProcess;
let api: Api;
let workload: Workload;
let repository: Repository;
let isMounted: boolean;

/** A disk of its own for builds, where the system lets this user mount one. */
async function mountSmallDisk(at: string): Promise<boolean> {
  await mkdir(at);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0711`, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const building = (command: string): Record<string, string> => ({
  ...webApp('after'),
  'package.json': JSON.stringify({
    name: 'app',
    version: '1.0.0',
    scripts: { start: 'node server.js', build: command },
  }),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-e2e-'));
  isMounted = await mountSmallDisk(join(folder, 'builds'));
  berth = await BerthProcess.start({ folder });
  api = await Api.open(berth);
  repository = await Repository.make(webApp('before'));
  workload = await api.workloadFor(repository);
  await api.deployLive(workload.id);
});
afterAll(async () => {
  await berth.stop();
  if (isMounted) execFileSync('umount', [join(folder, 'builds')]);
  await berth.stopAndRemove();
});

describe('a build that fills the disk', () => {
  it('fails with storage_full and what to do, and the old release keeps serving', async () => {
    // Without a disk of its own the kernel's full device says the same to the build.
    await repository.commit(building(`cat /dev/zero > ${isMounted ? 'everything' : '/dev/full'}`));
    const ended = await api.ended((await api.deploy(workload.id)).id);
    expect(ended).toMatchObject({
      status: 'failed',
      failure: { cause: 'storage_full', nextStep: expect.stringContaining('disk') },
      outcome: 'v1 keeps serving.',
    });
    expect((await ask(workload.url)).body).toBe('before');
  });

  it('leaves the disk as it was, and the platform goes on', async () => {
    expect(await readdir(join(folder, 'builds/work'))).toEqual([]);
    await repository.commit(building('true'));
    await api.deployLive(workload.id);
    expect((await ask(workload.url)).body).toBe('after');
  });
});
