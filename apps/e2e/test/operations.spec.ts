import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment, Release } from '@berth/contracts/deployment';
import type { Usage } from '@berth/contracts/metering';
import type { ObservedInstance } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, type Load, steadyLoad } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { isStillThere, processesThatName } from './support/processes.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

const IN_STAGING = ['--env', 'staging'];

let berth: BerthProcess;
let admin: CommandLine;
let uploads: Repository;
let url: string;

/** A folder that its owner works in; it happens to be a repository, which an upload does not need. */
const write = (files: Record<string, string>) =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(uploads.folder, name), text)));

const here = () => admin.in(uploads.folder);
const run = (...args: string[]) => here().run([...args, ...IN_STAGING]);
const json = <Answer>(...args: string[]) => here().json<Answer>([...args, ...IN_STAGING]);
const instances = () => json<ObservedInstance[]>('ps');
const ready = async () => (await instances()).filter(({ readySince }) => readySince !== null);

const routed = async () => (await instances()).filter((instance) => instance.routed);
/** Of the instances that get requests. */
const releases = async () => (await routed()).map(({ release }) => release);

/** How often instances of the newest release were started again. */
const crashed = async (): Promise<number> => {
  const all = await instances();
  const newest = Math.max(...all.map(({ release }) => release));
  return Math.max(...all.filter(({ release }) => release === newest).map(({ restarts }) => restarts));
};

beforeAll(async () => {
  berth = await BerthProcess.start();
  admin = await CommandLine.at(berth.url);
  const { email, password } = berth.administrator();
  await admin.run(['login', '--email', email, '--password-stdin'], password);
  for (const made of [
    ['orgs', 'acme'],
    ['projects', 'shop'],
    ['envs', 'staging'],
    ['envs', 'production'],
  ] as const)
    await admin.run([made[0], 'create', made[1]]);
  uploads = await Repository.make(webApp('one'));
});
afterAll(() => berth.stopAndRemove());

describe('a folder that is uploaded', () => {
  it('goes live, without a repository', async () => {
    await rm(join(uploads.folder, '.git'), { recursive: true });
    await here().run(['apps', 'create', 'web', '--dir', '.']);
    const { out, error } = await run('deploy', '--wait');
    url = out.trim();
    expect(error).toMatch(/upload/i);
    expect((await ask(url)).body).toBe('one');
  });

  it('is taken anew at each deploy, also by what was not committed anywhere, and loses no request', async () => {
    const load = steadyLoad(url, 50);
    await write(webApp('two'));
    await run('deploy', '--wait');
    expect((await load.stop()).failures).toEqual([]);
    expect((await ask(url)).body).toBe('two');
  });

  it('that did not change reuses the artifact', async () => {
    await run('deploy', '--wait');
    const [newest, before] = await json<Deployment[]>('deployments', 'list');
    expect(newest).toMatchObject({ status: 'live', artifactReused: true });
    expect(before).toMatchObject({ artifactReused: false });
  });

  it('takes no patch of pods, for there are none, and stays what it is', async () => {
    await write({ 'patch.json': JSON.stringify({ spec: { terminationGracePeriodSeconds: 60 } }) });
    for (const also of [[], ['--dry-run']]) {
      const refused = await here().try(['patch', 'set', 'web', 'patch.json', ...also, ...IN_STAGING]);
      expect(refused).toMatchObject({ code: 6, error: expect.stringContaining('patch_not_supported') });
    }
    expect(await json<object[]>('patch', 'show')).toEqual([]);
    await rm(join(uploads.folder, 'patch.json'));
    expect((await ask(url)).body).toBe('two');
  });

  it('whose sizes follow nothing says so, also when that ends twice', async () => {
    expect((await run('autoscale', 'show')).out).toContain('Its sizes stay as they are.');
    await run('autoscale', 'set', 'web', '--memory', '128Mi..1Gi');
    expect((await run('autoscale', 'show')).out).toContain('web 128Mi..1024Mi');
    for (const _ of [1, 2]) await run('autoscale', 'off');
    expect(await json<object>('autoscale', 'show')).toMatchObject({ processes: {} });
  });

  it('is promoted to another environment: the same artifact, its own address', async () => {
    const { out } = await here().run(['promote', '--from', 'staging', '--to', 'production', '--wait']);
    const promoted = out.trim();
    expect(promoted).not.toBe(url);
    expect((await ask(promoted)).body).toBe('two');
    const digestIn = async (environment: string) =>
      (await here().json<Release[]>(['releases', 'list', '--env', environment]))[0]?.artifact.digest;
    expect(await digestIn('production')).toBe(await digestIn('staging'));
  });
});

describe('under a load of 50 requests a second', () => {
  let load: Load;
  afterEach(() => load.stop());

  it('a restart replaces every instance and loses no request', async () => {
    await run('ps', 'scale', 'web=2');
    await eventually(async () => expect(await ready()).toHaveLength(2), { within: 60_000 });
    const before = (await instances()).map(({ id }) => id);
    load = steadyLoad(url, 50);
    await run('ps', 'restart');
    await eventually(
      async () => {
        const now = await instances();
        expect(now.map(({ id }) => id).filter((id) => before.includes(id))).toEqual([]);
        expect(now).toHaveLength(2);
      },
      { within: 60_000 },
    );
    const { sent, failures } = await load.stop();
    expect(sent).toBeGreaterThan(50);
    expect(failures).toEqual([]);
  });

  it('a stop lets what was asked before end, answers 503 from then on, and a start brings the app back', async () => {
    load = steadyLoad(url, 50);
    await run('ps', 'stop');
    await eventually(async () => expect(await instances()).toEqual([]), { within: 60_000 });
    expect((await ask(url)).status).toBe(503);
    const { failures } = await load.stop();
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((failure) => !failure.startsWith('503 '))).toEqual([]);
    await run('ps', 'start');
    await eventually(async () => expect((await ask(url)).body).toBe('two'), { within: 60_000 });
    load = steadyLoad(url, 50);
    await eventually(async () => expect(await ready()).toHaveLength(2), { within: 60_000 });
    expect((await load.stop()).failures).toEqual([]);
  });

  it.each([
    ['crashes', 'process.exit(9)'],
    ['runs out of memory', 'globalThis.eaten = Array.from({ length: 24 }, () => Buffer.alloc(20 * 1048576, 1))'],
  ])(
    'a release that %s right after it went live gives way at once to the one before, unrestarted',
    async (_what, end) => {
      const former = await releases();
      const trap = join(uploads.folder, '..', `trap-${Date.now()}`);
      const early = `setInterval(() => { if (require('node:fs').existsSync(${JSON.stringify(trap)})) ${end}; }, 20);`;
      await write(webApp('early', early));
      await run('deploy', '--wait');
      expect((await ask(url)).body).toBe('early');
      load = steadyLoad(url, 50);
      await writeFile(trap, '');
      await eventually(async () => expect((await ask(url)).body).toBe('two'), { within: 60_000 });
      // The second one may answer for a moment after the first has ended.
      await eventually(async () => expect(await releases()).toEqual(former), { within: 60_000 });
      expect((await routed()).map(({ restarts }) => restarts)).toEqual([0, 0]);
      const { failures } = await load.stop();
      // What the dying instances had in hand is lost with them; for what came after there was somebody else.
      const found = failures.filter((failure) => !failure.includes('closed the connection'));
      expect(found.length).toBeLessThan(50);
      load = steadyLoad(url, 50);
      await eventually(async () => expect(await crashed()).toBeGreaterThan(1), { within: 60_000 });
      expect((await load.stop()).failures).toEqual([]);
      await rm(trap);
      await write(webApp('two'));
      await run('deploy', '--wait');
    },
  );
});

describe('an app that is deleted', () => {
  it('ends in every environment, answers nobody, is billed for its past, and leaves its name to another', async () => {
    const production = (await here().run(['open', '--env', 'production'])).out.trim();
    await eventually(async () => expect((await ask(production)).status).toBe(200), { within: 60_000 });
    const processes = await eventually(async () => {
      const elsewhere = await here().json<ObservedInstance[]>(['ps', '--env', 'production']);
      const running = [...(await instances()), ...elsewhere];
      // One that the deployment before replaced may be listed and have ended.
      for (const { id } of running) expect(processesThatName(id)).not.toEqual([]);
      return running.flatMap(({ id }) => processesThatName(id));
    });

    const { out } = await here().run(['apps', 'delete', 'web', '--yes']);
    expect(out).toBe('App web is deleted; what ran of it is ending.\n');

    await eventually(() => expect(processes.filter(isStillThere)).toEqual([]), { within: 60_000 });
    for (const address of [url, production])
      await eventually(async () => expect((await ask(address)).status).toBe(404), { within: 60_000 });
    expect(await here().try(['ps', ...IN_STAGING])).toMatchObject({ code: 4, error: expect.stringContaining('web') });
    const { total } = await here().json<Usage>(['usage', '--by', 'environment']);
    expect(BigInt(total.millicoreSeconds)).toBeGreaterThan(0n);

    await here().run(['apps', 'create', 'web', '--dir', '.']);
    await run('deploy', '--wait');
  });
});
