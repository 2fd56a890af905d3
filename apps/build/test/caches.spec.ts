import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { step } from '../src/detection/build-plan.js';
import { forgetUnused, markUsed } from '../src/execution/forget-unused.js';
import { temporaryFolder } from './support/folders.js';
import { hostIn, jobOn } from './support/host.js';

const day = 86_400_000;

describe('caches', () => {
  it('go away when nobody has used them for long', async () => {
    const folder = await temporaryFolder();
    const now = new Date();
    for (const [name, days] of [
      ['old', 15],
      ['used', 15],
      ['new', 13],
    ] as const) {
      await mkdir(join(folder, name, 'deep'), { recursive: true });
      const then = new Date(now.getTime() - days * day);
      await utimes(join(folder, name), then, then);
    }
    await markUsed(join(folder, 'used'), now);
    await forgetUnused(folder, 14, now);
    expect((await readdir(folder)).sort()).toEqual(['new', 'used']);
    await forgetUnused(join(folder, 'gone'), 14, now);
  });

  it('hold the tools downloads of an app between its builds, and of no other app', async () => {
    const host = hostIn(await temporaryFolder());
    const plan = {
      caches: { npm_config_cache: 'npm' },
      build: step('ls "$npm_config_cache"; touch "$npm_config_cache/kept"'),
    };
    const run = async (appId: string) => {
      const job = await jobOn(host, { plan, appId });
      await host.executor.execute(job);
      return job.lines.slice(1);
    };
    expect(await run('one')).toEqual([]);
    expect(await run('one')).toEqual(['kept']);
    expect(await run('other')).toEqual([]);
  });

  it('keep the last two sets of dependencies of an app', async () => {
    const data = await temporaryFolder();
    const host = hostIn(data);
    const dependencies = { folder: 'deps', files: ['lock'], reusable: true };
    for (const lock of ['1', '2', '3']) {
      const job = await jobOn(host, {
        files: { lock },
        plan: { install: step('mkdir deps'), dependencies },
        appId: 'sets',
      });
      await host.executor.execute(job);
      await host.executor.publish(job);
      await job.workspace.release();
    }
    const [app = ''] = await readdir(join(data, 'caches'));
    expect(await readdir(join(data, 'caches', app, 'sets'))).toHaveLength(2);
    expect(existsSync(join(data, 'work'))).toBe(true);
  });
});
