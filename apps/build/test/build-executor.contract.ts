import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type { BlobStore } from '../src/artifacts/blob-store.js';
import type { BuildExecutor } from '../src/execution/build-executor.js';
import type { Job, JobOptions } from './support/host.js';

export interface ExecutorUnderTest {
  readonly executor: BuildExecutor;
  readonly blobs: BlobStore;
  job(options: JobOptions): Promise<Job>;
}

const planted = 'planted-canary-value';

/** What every executor must do, wherever it runs builds. */
export function buildExecutorContract(name: string, make: () => Promise<ExecutorUnderTest>): void {
  describe(`the build executor on the ${name}`, () => {
    it('runs install, then build, in the folder of the app, and shows what they print', async () => {
      const { executor, job } = await make();
      const each = await job({
        files: { 'web/input': 'hello' },
        rootFolder: 'web',
        plan: { install: { command: 'cat input; echo installed > made', environment: {} } },
        build: 'cat made; echo problem >&2',
      });
      await executor.execute(each);
      expect(each.lines).toEqual([
        '$ cat input; echo installed > made',
        'hello',
        '$ cat made; echo problem >&2',
        ...['installed', 'problem'].filter((line) => each.lines.includes(line)),
      ]);
      expect(each.lines).toContain('problem');
    });

    it('gives commands what the plan and the owner say, and nothing of its own environment', async () => {
      process.env['BERTH_TEST_CANARY'] = planted;
      const { executor, job } = await make();
      const each = await job({
        plan: { build: { command: 'env', environment: { NODE_ENV: 'production', SHARED: 'plan' } } },
        variables: { API_URL: 'https://example.com', SHARED: 'owner' },
      });
      await executor.execute(each);
      delete process.env['BERTH_TEST_CANARY'];
      expect(each.lines.join('\n')).not.toContain(planted);
      expect(each.lines).toEqual(
        expect.arrayContaining(['NODE_ENV=production', 'SHARED=owner', 'API_URL=https://example.com', 'CI=true']),
      );
      const names = each.lines.slice(1).map((line) => line.split('=')[0] ?? '');
      const known = [
        'API_URL',
        'BERTH_BUILD',
        'CI',
        'HOME',
        'LANG',
        'NODE_USE_SYSTEM_CA',
        'NODE_ENV',
        'PATH',
        'PWD',
        'SHARED',
        'SOURCE_DATE_EPOCH',
        'TMPDIR',
        '_',
        'OLDPWD',
        'SHLVL',
      ];
      expect(names.filter((each) => !known.includes(each))).toEqual([]);
    });

    it('fails with the exit code and the last lines of what was printed', async () => {
      const { executor, job } = await make();
      const each = await job({ build: 'seq 1 100; echo no such module >&2; exit 3' });
      await expect(executor.execute(each)).rejects.toMatchObject({
        cause: 'build_failed',
        message: 'The build command ended with exit code 3.',
        evidence: expect.arrayContaining(['no such module', '100']),
      });
    });

    it('takes an abort for an abort, before and during a command', async () => {
      const { executor, job } = await make();
      const before = await job({ build: 'echo ran', signal: AbortSignal.abort() });
      await expect(executor.execute(before)).rejects.toMatchObject({ name: 'AbortError' });
      expect(before.lines).not.toContain('ran');
      const controller = new AbortController();
      const during = await job({
        build: 'echo started; sleep 600',
        signal: controller.signal,
        onLines: (lines) => void (lines.includes('started') && controller.abort()),
      });
      await expect(executor.execute(during)).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('says that the disk is full when a command did', async () => {
      const { executor, job } = await make();
      const each = await job({ build: 'echo "write error: No space left on device" >&2; exit 1' });
      await expect(executor.execute(each)).rejects.toMatchObject({ cause: 'storage_full' });
    });

    it('waits with reading when nobody takes the output', async () => {
      const { executor, job } = await make();
      let most = 0;
      let held = 0;
      const each = await job({
        build: 'seq 1 200000',
        onLines: async (lines) => {
          held += lines.length;
          most = Math.max(most, held);
          await new Promise((resolve) => setTimeout(resolve, 1));
          held -= lines.length;
        },
      });
      await executor.execute(each);
      expect(most).toBeLessThan(50_000);
    });

    it('ends the build when its output cannot be stored', async () => {
      const { executor, job } = await make();
      const each = await job({
        build: 'echo one; sleep 600',
        onLines: (lines) => {
          if (lines.includes('one')) throw new Error('the log is lost');
        },
      });
      await expect(executor.execute(each)).rejects.toThrow('the log is lost');
    });

    it('says how long processors were kept busy: all processes that were waited for, of all commands', async () => {
      const { executor, job } = await make();
      const told: number[] = [];
      const each = await job({
        files: { 'busy.mjs': 'while (process.cpuUsage().user < 200_000) for (let step = 0; step < 1e5; step++);' },
        plan: { install: { command: 'node busy.mjs', environment: {} } },
        build: 'node busy.mjs & node busy.mjs; wait',
        onProcessorTime: async (milliseconds) => void told.push(milliseconds),
      });
      await executor.execute(each);
      // The shell rounds each figure down to a hundredth of a second.
      expect(told.at(-1)).toBeGreaterThanOrEqual(3 * 200 - 60);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
    });

    it('publishes the same digest for the same result', async () => {
      const { executor, blobs, job } = await make();
      const published = [];
      for (const run of [1, 2]) {
        const each = await job({
          files: { 'a.txt': 'a' },
          build: `sleep 0.0${run}; mkdir out; echo b > out/b.txt`,
          appId: `same-${run}`,
        });
        await executor.execute(each);
        published.push(await executor.publish(each));
      }
      expect(published[1]).toEqual(published[0]);
      const { digest = '', sizeBytes } = published[0] ?? {};
      expect((await buffer(await blobs.open(digest))).length).toBe(sizeBytes);
    });
  });
}
