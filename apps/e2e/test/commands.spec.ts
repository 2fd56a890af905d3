import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment, Release } from '@berth/contracts/deployment';
import type { Usage } from '@berth/contracts/metering';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Gate } from './faults/gate.js';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

let berth: BerthProcess;
let person: CommandLine;
let repository: Repository;
let folder: string;
let gate: Gate;
/** Of the first release. */
let firstCommit: string;
let url: string;

const IN_STAGING = ['--env', 'staging'];
const run = (...args: string[]) => person.run([...args, ...IN_STAGING]);
const json = <Answer>(...args: string[]) => person.json<Answer>([...args, ...IN_STAGING]);
const environment = async () => JSON.parse((await ask(url, '/env')).body) as Record<string, string>;

/** As `berth deploy --dry-run --json` answers. */
interface DryRun {
  readonly releaseHash: string | null;
  readonly allocation: Record<'before' | 'after', { instances: number; cpuMillicores: number; memoryMib: number }[]>;
  readonly estimate: Record<'before' | 'after' | 'difference', string>;
}

/** What instances cost in a month of 730 hours by the default price book: 0.028 a core-hour and 0.007 a GiB-hour. */
const monthOf = (entries: DryRun['allocation']['before']): number =>
  entries.reduce(
    (sum, { instances, cpuMillicores, memoryMib }) =>
      sum + 730 * instances * (0.028 * (cpuMillicores / 1_000) + 0.007 * (memoryMib / 1_024)),
    0,
  );

const SAID = 'compiling the second half';
/** Says a word while it builds, and waits for the gate. */
function buildsByHand(answer: string): Record<string, string> {
  const files = gate.beforeBuild(answer);
  const manifest = JSON.parse(files['package.json'] ?? '') as { scripts: Record<string, string> };
  const scripts = { ...manifest.scripts, build: `echo ${SAID}; ${manifest.scripts['build']}` };
  return { ...files, 'package.json': JSON.stringify({ ...manifest, scripts }) };
}

beforeAll(async () => {
  berth = await BerthProcess.start();
  folder = await mkdtemp(join(tmpdir(), 'berth-gate-'));
  await chmod(folder, 0o755);
  gate = new Gate(join(folder, 'open'));
  person = await CommandLine.at(berth.url);
  const { email, password } = berth.administrator();
  await person.run(['login', '--email', email, '--password-stdin'], password);
  await person.run(['orgs', 'create', 'acme']);
  await person.run(['projects', 'create', 'shop']);
  await person.run(['envs', 'create', 'staging']);
  repository = await Repository.make({});
  await person.run(['apps', 'create', 'web', '--git', repository.url]);
});
afterAll(async () => {
  await gate.open();
  await berth.stopAndRemove();
  await rm(folder, { recursive: true, force: true });
});

describe('against a running platform, the command line', () => {
  it('shows what a build says while it runs, and afterwards', async () => {
    firstCommit = await repository.commit(buildsByHand('one'));
    const deploying = person.begin(['deploy', '--wait', ...IN_STAGING]);
    await eventually(() => expect(deploying.soFar().error).toContain(SAID), { within: 120_000 });
    expect(deploying.soFar().out).toBe('');
    await gate.open();
    const { code, out } = await deploying.ended;
    expect(code).toBe(0);
    url = out.trim();
    expect((await ask(url)).body).toBe('one');
    expect((await run('deployments', 'logs')).out).toContain(SAID);
  });

  it('lists organizations, projects and environments', async () => {
    for (const [what, slug] of [
      ['orgs', 'acme'],
      ['projects', 'shop'],
      ['envs', 'staging'],
    ] as const) {
      expect(await person.json<object[]>([what, 'list'])).toContainEqual(expect.objectContaining({ slug }));
      expect((await person.run([what, 'list'])).out).toContain(slug);
    }
  });

  it('shows a deployment and a release', async () => {
    expect(await json<Deployment>('deployments', 'show', '1')).toMatchObject({ number: 1, status: 'live', release: 1 });
    expect((await run('deployments', 'show')).out).toMatch(/#1[^]*live/);
    expect(await json<Release>('releases', 'show', 'v1')).toMatchObject({ number: 1, wasLive: true });
    expect((await run('releases', 'show')).out).toContain(firstCommit.slice(0, 7));
  });

  it('takes variables and secrets away', async () => {
    await run('config', 'set', 'GREETING=hello', '--wait');
    await person.run(['secrets', 'set', 'TOKEN', '--wait', ...IN_STAGING], 'a secret value');
    expect(await environment()).toMatchObject({ GREETING: 'hello', TOKEN: 'a secret value' });
    await run('config', 'unset', 'GREETING', '--wait');
    await run('secrets', 'unset', 'TOKEN', '--wait');
    const left = await environment();
    for (const name of ['GREETING', 'TOKEN']) expect(left).not.toHaveProperty(name);
  });

  it('says what a deployment would change and cost, and stores nothing', async () => {
    const before = await json<Deployment[]>('deployments', 'list');
    const { releaseHash, allocation, estimate } = await json<DryRun>('deploy', '--dry-run');
    expect(releaseHash).toBeNull();
    expect(allocation.before.length).toBeGreaterThan(0);
    expect(Number(estimate.before)).toBeCloseTo(monthOf(allocation.before), 1);
    expect(Number(estimate.after)).toBeCloseTo(monthOf(allocation.after), 1);
    const cents = ({ before: former, after, difference }: DryRun['estimate']) =>
      [former, after, difference].map((amount) => Math.round(Number(amount) * 100));
    const [former = 0, after = 0, difference] = cents(estimate);
    expect([former > 0, difference]).toEqual([true, after - former]);
    expect(await json<Deployment[]>('deployments', 'list')).toEqual(before);
  });

  it('deploys another commit than the newest, and goes back to what was live before', async () => {
    await repository.commit(webApp('two'));
    await run('deploy', '--wait');
    expect((await ask(url)).body).toBe('two');
    await run('deploy', '--ref', firstCommit, '--wait');
    expect((await json<Deployment[]>('deployments', 'list'))[0]).toMatchObject({ commit: firstCommit });
    expect((await ask(url)).body).toBe('one');
    await run('rollback', '--wait');
    expect((await ask(url)).body).toBe('two');
  });

  it('follows logs until Ctrl-C, and reads those of a while', async () => {
    await run('ps', 'scale', 'worker=1');
    const following = person.begin(['logs', '-f', '--process', 'worker', ...IN_STAGING]);
    const words = () => following.soFar().out.split('working').length - 1;
    await eventually(() => expect(words()).toBeGreaterThan(0), { within: 60_000 });
    const before = words();
    await eventually(() => expect(words()).toBeGreaterThan(before), { within: 60_000 });
    following.interrupt();
    expect((await following.ended).code).toBe(0);
    expect((await run('logs', '--since', '10m', '--process', 'worker')).out).toContain('working');
  });

  it('tells the usage of this month by app, and none of a month before there was any', async () => {
    const month = new Date().toISOString().slice(0, 7);
    await eventually(async () => {
      const { total } = await person.json<Usage>(['usage', '--by', 'app', '--period', month]);
      expect(total.millicoreSeconds).toMatch(/^[1-9]\d*$/);
    });
    expect((await person.run(['usage', '--by', 'app', '--period', month])).out).toContain('web');
    const { total } = await person.json<Usage>(['usage', '--by', 'app', '--period', '2020-01']);
    expect(total).toMatchObject({ millicoreSeconds: '0', byteSeconds: '0' });
  });

  it('logs out, and may do nothing afterwards', async () => {
    await person.run(['logout']);
    expect((await person.try(['orgs', 'list'])).code).toBe(3);
  });
});
