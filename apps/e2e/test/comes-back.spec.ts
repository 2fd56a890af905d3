import type { App } from '@berth/contracts/deployment';
import type { Usage } from '@berth/contracts/metering';
import type { ObservedInstance } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess, processesNaming } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { mailTo } from './support/mail.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

const EMAIL = 'ada@example.com';
const PASSWORD = 'a long sentence of hers';
const RUNNING = ['--app', 'running', '--env', 'staging'];
const STOPPED = ['--app', 'stopped', '--env', 'staging'];

let berth: BerthProcess;
let ada: CommandLine;
let url: string;
let stoppedUrl: string;

beforeAll(async () => {
  berth = await BerthProcess.start();
  ada = await CommandLine.at(berth.url);
  await ada.run(['register', '--email', EMAIL, '--password-stdin'], PASSWORD);
  const code = /Code: (\S+)/.exec(await mailTo(berth.folder, EMAIL))?.[1] ?? '';
  await ada.run(['verify', code]);
  await ada.run(['login', '--email', EMAIL, '--password-stdin'], PASSWORD);
  await ada.run(['orgs', 'create', 'acme']);
  await ada.run(['projects', 'create', 'shop']);
  await ada.run(['envs', 'create', 'staging']);
  for (const name of ['running', 'stopped'])
    await ada.run(['apps', 'create', name, '--git', (await Repository.make(webApp(name))).url]);
  await ada.run(['config', 'set', 'GREETING=hello', ...RUNNING]);
  await ada.run(['secrets', 'set', 'TOKEN', ...RUNNING], 'of before');
  url = (await ada.run(['deploy', '--wait', ...RUNNING])).out.trim();
  await ada.run(['ps', 'scale', 'web=2', '--wait', ...RUNNING]);
  stoppedUrl = (await ada.run(['deploy', '--wait', ...STOPPED])).out.trim();
  await ada.run(['stop', ...STOPPED]);
  await eventually(async () => expect(await instancesOf(STOPPED)).toEqual([]));
});
afterAll(() => berth.stopAndRemove());

const instancesOf = (app: readonly string[]) => ada.json<ObservedInstance[]>(['ps', ...app]);
const environmentOf = async () => JSON.parse((await ask(url, '/env')).body) as Record<string, string>;

/** What does not change while nobody does anything. */
const everythingTold = async () => {
  const reads = [
    ...[['whoami'], ['orgs', 'list'], ['projects', 'list'], ['envs', 'list'], ['apps', 'list']],
    ...[RUNNING, STOPPED].flatMap((app) => [
      ['deployments', 'list', ...app],
      ['releases', 'list', ...app],
      ['config', 'list', ...app],
      ['secrets', 'list', ...app],
    ]),
  ];
  const told: Record<string, unknown> = {};
  for (const read of reads) told[read.join(' ')] = await ada.json(read);
  // What runs costs more the longer it does.
  return JSON.parse(
    JSON.stringify(told, (key, value: unknown) => (key === 'cost' ? undefined : value)) as string,
  ) as unknown;
};
const usageOfStopped = async () => {
  const apps = await ada.json<App[]>(['apps', 'list']);
  const { items } = await ada.json<Usage>(['usage', '--by', 'app']);
  return items.find(({ appId }) => appId === apps.find(({ slug }) => slug === 'stopped')?.id);
};

it('comes back after a clean end with all data, all that ran and nothing that was stopped', async () => {
  const before = await everythingTold();
  const used = await eventually(async () => {
    const usage = await usageOfStopped();
    expect(usage).toBeDefined();
    expect(usage).toEqual(await usageOfStopped());
    return usage;
  });

  expect(await berth.stop('SIGINT')).toBe(0);
  expect(await processesNaming(berth.folder)).toEqual([]);
  berth = await BerthProcess.start({ folder: berth.folder, port: berth.port });

  await eventually(async () => expect(await instancesOf(RUNNING)).toHaveLength(2), { within: 60_000 });
  await eventually(async () => expect((await ask(url)).body).toBe('running'), { within: 60_000 });
  expect(await environmentOf()).toMatchObject({ GREETING: 'hello', TOKEN: 'of before' });
  expect(await everythingTold()).toEqual(before);
  expect(await instancesOf(STOPPED)).toEqual([]);
  expect((await ask(stoppedUrl)).status).not.toBe(200);
  expect(await usageOfStopped()).toEqual(used);
});

it('lets people in with the session and the password of before, and starts what was stopped from its artifact', async () => {
  const elsewhere = await CommandLine.at(berth.url);
  await elsewhere.run(['login', '--email', EMAIL, '--password-stdin'], PASSWORD);
  expect(await elsewhere.json(['orgs', 'list'])).toEqual(await ada.json(['orgs', 'list']));
  await ada.run(['start', ...STOPPED]);
  await eventually(async () => expect((await ask(stoppedUrl)).body).toBe('stopped'), { within: 60_000 });
  expect(await ada.json(['deployments', 'list', ...STOPPED])).toHaveLength(1);
});
