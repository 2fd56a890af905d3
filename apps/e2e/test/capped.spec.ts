import type { Deployment } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { roundsOfMetering } from './support/ahead-of-time.js';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { mailsTo } from './support/mail.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };

let berth: BerthProcess;
let admin: CommandLine;
const urls: Record<string, string> = {};

const stateOf = async (environment: string): Promise<string> => {
  const [status] = await admin.json<{ workload: { state: string } }[]>(['status', '--env', environment]);
  return status?.workload.state ?? '';
};
const answers = async (environment: string) => (await ask(urls[environment] ?? '', '/')).body;
const MINUTE = 60_000;

/** From here on the test looks ahead. Budgets are of months: on the last evening of one it is in the next. */
function beginning(): number {
  const now = new Date();
  const ahead = new Date(now.getTime() + 90 * MINUTE);
  if (ahead.getUTCMonth() === now.getUTCMonth()) return now.getTime();
  return Date.UTC(ahead.getUTCFullYear(), ahead.getUTCMonth(), 2);
}

/** The rounds of metering so many minutes after the beginning, one after the other. */
const watchBudgets = (begun: number, ...minutes: readonly number[]) => {
  const moments = minutes.map((each) => new Date(begun + each * MINUTE));
  return roundsOfMetering(berth, 'budgets could not be looked at', ...moments);
};

beforeAll(async () => {
  berth = await BerthProcess.start();
  admin = await CommandLine.at(berth.url);
  const { email, password } = berth.administrator();
  await admin.run(['login', '--email', email, '--password-stdin'], password);
  const repository = await Repository.make(webApp('here'));
  await admin.run(['orgs', 'create', 'acme']);
  await admin.run(['projects', 'create', 'shop']);
  for (const environment of ['development', 'production']) await admin.run(['envs', 'create', environment]);
  await admin.run(['apps', 'create', 'web', '--git', repository.url]);
  for (const environment of ['development', 'production'])
    urls[environment] = (await admin.run(['deploy', '--env', environment, '--wait'])).out.trim();
});
afterAll(() => berth.stopAndRemove());

it('a cap warns, stops what is not production in its turn, and lets it run again once it is raised', async () => {
  await admin.run(['budgets', 'create', 'All', '0.01', '--cap', '--grace', '5']);
  const begun = beginning();
  await watchBudgets(begun, 60);
  await eventually(async () =>
    expect((await mailsTo(berth.folder, berth.administrator().email)).join('\n')).toContain('Nothing was stopped yet.'),
  );
  expect([await stateOf('development'), await stateOf('production')]).toEqual(['running', 'running']);

  // Previews come before the others; there are none.
  await watchBudgets(begun, 66, 72);
  await eventually(async () => expect(await stateOf('development')).toBe('stopped'), patient);
  await eventually(async () => expect(await admin.json(['ps', '--env', 'development'])).toEqual([]), patient);
  expect(await answers('production')).toBe('here');
  expect(await stateOf('production')).toBe('running');

  await admin.run(['budgets', 'update', 'All', '--amount', '1000']);
  await eventually(async () => expect(await answers('development')).toBe('here'), { within: 120_000 });
  const deployments = await admin.json<Deployment[]>(['deployments', 'list', '--env', 'production']);
  expect(deployments).toHaveLength(1);
});
