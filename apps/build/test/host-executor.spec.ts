import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { eventually } from '@berth/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Parser, type ReadEntry } from 'tar';
import { step } from '../src/detection/build-plan.js';
import { detect } from '../src/detection/detect.js';
import { DiskTree } from '../src/detection/file-tree.js';
import { ProcessLedger } from '../src/execution/process-ledger.js';
import { buildExecutorContract } from './build-executor.contract.js';
import { temporaryFolder } from './support/folders.js';
import { clock, type Host, hostIn, isRunning, jobOn, pidIn } from './support/host.js';

const asRoot = process.getuid?.() === 0;

buildExecutorContract('host', async () => {
  const host = hostIn(await temporaryFolder());
  return { ...host, job: (options) => jobOn(host, options) };
});

let host: Host;
beforeAll(async () => {
  host = hostIn(await temporaryFolder());
});

const filesOf = async (digest: string): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  const parser = new Parser({ strict: true });
  parser.on('entry', (entry: ReadEntry) => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => found.set(entry.path, Buffer.concat(chunks).toString()));
  });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  parser.end(await buffer(await host.blobs.open(digest)));
  await ended;
  return found;
};

/** Leaves its group and session, and its parent dies: nothing but a mark in its environment tells whose it is. */
const escaping = `node -e '
  const { spawn } = require("child_process");
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  require("fs").writeFileSync("escaped", String(child.pid));
  child.unref();'`;

describe('the processes of a build', () => {
  it('all end when it is cancelled: children, background jobs, and those that left the session', async () => {
    const controller = new AbortController();
    const job = await jobOn(host, {
      build: `${escaping}; sleep 600 & echo $! > background; (sh -c 'echo $$ > nested; exec sleep 600') & wait`,
      signal: controller.signal,
    });
    const running = host.executor.execute(job);
    const pids = await Promise.all(['escaped', 'background', 'nested'].map((name) => pidIn(job, name)));
    for (const pid of pids) expect(isRunning(pid)).toBe(true);
    controller.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
  });

  it('do not outlive a command that succeeded, and do not keep it from ending', async () => {
    const job = await jobOn(host, { build: `${escaping}; sleep 600 & echo done` });
    await host.executor.execute(job);
    expect(job.lines).toContain('done');
    expect(isRunning(await pidIn(job, 'escaped'))).toBe(false);
  });

  if (asRoot)
    it('are found by their user id when they also cleared their environment', async () => {
      const job = await jobOn(host, {
        build: `node -e '
          const { spawn } = require("child_process");
          const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore", env: {} });
          require("fs").writeFileSync("escaped", String(child.pid));
          child.unref();'`,
      });
      await host.executor.execute(job);
      expect(isRunning(await pidIn(job, 'escaped'))).toBe(false);
    });

  it('are ended when they need more memory than is allowed', async () => {
    const small = hostIn(await temporaryFolder(), { memoryMib: 150 });
    const job = await jobOn(small, {
      build: `node -e 'const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 20)'`,
    });
    await expect(small.executor.execute(job)).rejects.toMatchObject({ cause: 'build_out_of_memory' });
  });

  it('are ended before they fill the disk that the platform lives on', async () => {
    const full = hostIn(await temporaryFolder(), { minFreeBytes: 1e18 });
    await expect(full.executor.execute(await jobOn(full, { build: 'sleep 600' }))).rejects.toMatchObject({
      cause: 'storage_full',
    });
  });

  it('that a killed platform left are ended by the next one, and only those', async () => {
    const folder = await temporaryFolder();
    const left = spawn('sh', ['-c', 'sleep 600 & sleep 600'], {
      detached: true,
      stdio: 'ignore',
      env: { BERTH_BUILD: 'left' },
    });
    const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const ledger = new ProcessLedger(join(folder, 'ledger'), clock);
    await ledger.record({ pid: left.pid ?? 0, mark: 'BERTH_BUILD=left', user: null });
    // A pid that was given to somebody else since.
    await writeFile(
      join(folder, 'ledger', 'reused.json'),
      JSON.stringify({ pid: other.pid, startTime: '1', mark: 'BERTH_BUILD=gone', user: null }),
    );
    await writeFile(join(folder, 'ledger', 'broken.json'), '{ half');
    await hostIn(folder).executor.recover();
    await eventually(() => expect(isRunning(left.pid ?? 0)).toBe(false));
    expect(isRunning(other.pid ?? 0)).toBe(true);
    expect(await readdir(join(folder, 'ledger'))).toEqual([]);
    other.kill('SIGKILL');
  });
});

describe('the walls around a build', () => {
  if (asRoot)
    it('are those of a user of its own, which cannot see other builds, caches or the platform', async () => {
      const folder = await temporaryFolder();
      const walled = hostIn(folder);
      await walled.executor.recover();
      await writeFile(join(folder, 'platform-secret'), 'x', { mode: 0o600 });
      const other = await jobOn(walled, { files: { secret: 'x' }, build: 'true', appId: 'other' });
      await walled.executor.execute(other);
      const job = await jobOn(walled, {
        build: `id -u; id -G; for path in ${folder}/platform-secret ${other.workspace.source}/secret; do cat $path && echo READ; done; ls ${folder} && echo LISTED; touch ${folder}/x && echo WRITTEN; true`,
      });
      await walled.executor.execute(job);
      const user = Number(job.lines[1]);
      expect(user).toBeGreaterThanOrEqual(300_000);
      expect(job.lines[2]).toBe(String(user));
      expect(job.lines).not.toEqual(expect.arrayContaining(['READ']));
      for (const word of ['READ', 'LISTED', 'WRITTEN']) expect(job.lines).not.toContain(word);
    });

  it('tell at the start when builds could not enter the data folder', async () => {
    if (!asRoot) return;
    const closed = join(await temporaryFolder(), 'closed');
    await mkdir(closed, { mode: 0o700 });
    await expect(hostIn(join(closed, 'data')).executor.recover()).rejects.toThrow(closed);
  });

  it.each([
    ['the folder of the app', 'web', 'cd .. && rm -rf web && ln -s /etc web'],
    ['the folder of the platform', '', 'rm -rf .berth && ln -s /etc .berth'],
    ['the folder of the platform, by a file', '', 'rm -rf .berth && touch .berth'],
  ])('refuse a result in which the build replaced %s', async (_, rootFolder, build) => {
    const job = await jobOn(host, { files: { 'web/a': 'x' }, rootFolder, build });
    await host.executor.execute(job);
    await expect(host.executor.publish(job)).rejects.toMatchObject({ cause: 'build_failed' });
  });

  it('do not let a link of the source take the place of what the platform writes', async () => {
    const job = await jobOn(host, { files: { a: 'x' }, build: 'ln -sf /tmp/berth-launch .berth/launch.json' });
    await symlink('/tmp', join(job.workspace.source, '.berth'));
    await host.executor.execute(job);
    const { digest } = await host.executor.publish(job);
    expect((await filesOf(digest)).get('.berth/launch.json')).toContain('"path"');
    await expect(stat('/tmp/berth-launch')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the slug', () => {
  it('says how the app is launched, and brings its own file server for a site', async () => {
    const job = await jobOn(host, {
      files: { 'index.html': '<h1>' },
      plan: { path: ['node_modules/.bin'], environment: { NODE_ENV: 'production' }, serve: ['.'] },
    });
    await host.executor.execute(job);
    const files = await filesOf((await host.executor.publish(job)).digest);
    expect(JSON.parse(files.get('.berth/launch.json') ?? '')).toEqual({
      path: ['node_modules/.bin'],
      env: { NODE_ENV: 'production' },
    });
    expect(files.get('.berth/static-server.mjs')).toContain('createServer');
  });
});

describe('toolchains', () => {
  it('tell their versions', async () => {
    const { plan } = await jobOn(host, { plan: { base: { tools: ['node'], wanted: null } } });
    expect(await host.executor.tools(plan, 'app')).toEqual({ node: process.version });
  });

  it('that are missing are a cause of their own, with what to do', async () => {
    const bare = hostIn(await temporaryFolder(), { toolPath: '/nonexistent' });
    const { plan } = await jobOn(bare, { plan: { base: { tools: ['go'], wanted: null } } });
    await expect(bare.executor.tools(plan, 'app')).rejects.toMatchObject({
      cause: 'toolchain_missing',
      nextStep: expect.stringContaining('https://go.dev'),
    });
  });
});

describe('dependencies', () => {
  const plan = {
    install: step('mkdir -p node_modules/a && echo fresh > node_modules/a/index.js; echo INSTALLED'),
    build: step('cat node_modules/a/index.js'),
    dependencies: { folder: 'node_modules', files: ['package.json', 'package-lock.json'], reusable: true },
  };
  const lock = { 'package.json': '{}', 'package-lock.json': '{"lockfileVersion":3}' };
  const build = async (files: Readonly<Record<string, string>>, options = {}) => {
    const job = await jobOn(host, { files, plan: { ...plan, ...options }, appId: 'cached' });
    try {
      await host.executor.execute(job);
      return { job, artifact: await host.executor.publish(job) };
    } finally {
      await job.workspace.release();
    }
  };

  it('are installed once for the same files: a change of sources runs the build alone', async () => {
    const cold = await build({ ...lock, 'a.js': '1' });
    const warm = await build({ ...lock, 'a.js': '2' });
    expect(cold.job.lines).toContain('INSTALLED');
    expect(warm.job.lines).not.toContain('INSTALLED');
    expect(warm.job.lines).toContain('fresh');
    expect(warm.artifact.digest).not.toBe(cold.artifact.digest);
  });

  it('give the same slug, kept or fresh', async () => {
    const first = await build({ ...lock, 'b.js': '1' });
    const second = await build({ ...lock, 'b.js': '1' });
    expect(second.artifact.digest).toBe(first.artifact.digest);
  });

  it('are installed anew when the lockfile or the tools change', async () => {
    expect((await build({ ...lock, 'package-lock.json': '{"lockfileVersion":2}' })).job.lines).toContain('INSTALLED');
  });

  it('are not kept from a build that failed', async () => {
    const files = { ...lock, 'package-lock.json': '{"broken":1}' };
    await expect(build(files, { build: step('echo spoiled > node_modules/a/index.js; exit 1') })).rejects.toMatchObject(
      { cause: 'build_failed' },
    );
    const next = await build(files);
    expect(next.job.lines).toEqual(expect.arrayContaining(['INSTALLED', 'fresh']));
  });

  it('do not take the place of those that the source brings', async () => {
    const next = await build({ ...lock, 'node_modules/a/index.js': 'vendored' }, { install: step('echo INSTALLED') });
    expect(next.job.lines).toContain('INSTALLED');
    expect(next.job.lines).toContain('vendored');
  });
});

describe('a real Node app', () => {
  it('with a local dependency is installed from its lockfile without any network', async () => {
    const dependency = { name: 'greet', version: '1.0.0', main: 'index.js' };
    const files = {
      'package.json': JSON.stringify({
        name: 'app',
        version: '1.0.0',
        dependencies: { greet: 'file:greet' },
        scripts: { build: 'node -e "console.log(require(\'greet\'))"', start: 'node .' },
      }),
      'package-lock.json': JSON.stringify({
        name: 'app',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'app', version: '1.0.0', dependencies: { greet: 'file:greet' } },
          greet: { version: '1.0.0' },
          'node_modules/greet': { resolved: 'greet', link: true },
        },
      }),
      'greet/package.json': JSON.stringify(dependency),
      'greet/index.js': "module.exports = 'greetings';",
    };
    const draft = await jobOn(host, { files });
    const plan = await detect(new DiskTree(draft.workspace.source), { installCommand: null, buildCommand: null });
    const job = { ...draft, plan, tools: await host.executor.tools(plan, draft.appId) };
    await host.executor.execute(job);
    expect(job.lines).toContain('greetings');
    const { digest } = await host.executor.publish(job);
    expect([...(await filesOf(digest)).keys()]).toContain('node_modules/greet');
    expect(await readFile(join(job.workspace.source, 'package-lock.json'), 'utf8')).toBe(files['package-lock.json']);
  });
});
