import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { ask, steadyLoad } from '../support/app-http.js';
import { BerthProcess } from '../support/berth-process.js';
import { expectWholeHistory } from '../support/history.js';
import { SteadyWrites } from '../support/steady-writes.js';
import { rowsOf } from '../support/stored.js';
import { HeldDeployments, setStages } from './held-deployments.js';
import * as at from './phases.js';
import type { Stage } from './stage.js';

jest.setTimeout(300_000);

/** Two builds run at a time: they come last. */
const phases = [at.starting, at.proving, at.building, at.cloning];

let berth: BerthProcess;
let api: Api;
let stages: Stage[];

beforeAll(async () => {
  berth = await BerthProcess.start();
  api = await Api.open(berth);
  await api.liftQuotas();
  stages = await setStages(berth, api, phases.length + 1);
});
afterAll(() => berth.stopAndRemove());

const postmaster = async (): Promise<number> =>
  Number((await readFile(join(berth.folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]);

/** Ends the server and waits until another one answers. */
async function end(signal: NodeJS.Signals): Promise<void> {
  const former = await postmaster();
  process.kill(former, signal);
  await eventually(
    async () => {
      expect(await postmaster()).not.toBe(former);
      await rowsOf(berth.databaseUrl('build'), 'select 1');
    },
    { within: 60_000 },
  );
}

describe('the database of the embedded platform', () => {
  it('shut down immediately and killed -9 in the middle of deployments and writes loses nothing, and every deployment ends', async () => {
    const bystander = stages.at(-1) as Stage;
    const held = await HeldDeployments.in(phases, stages);
    const writes = new SteadyWrites(api);
    const load = steadyLoad(bystander.workload.url, 10);
    for (const signal of ['SIGQUIT', 'SIGKILL', 'SIGQUIT'] as const) await end(signal);
    await held.struck();
    await held.back();
    for (const phase of phases) await held.expectLive(phase);
    expect((await load.stop()).failures).toEqual([]);
    await writes.expectNothingLost();
    await expectWholeHistory(berth, api);
  });

  it('ends with the platform', async () => {
    const last = await postmaster();
    expect((await ask(stages[0]?.workload.url ?? '')).status).toBe(200);
    expect(await berth.stop('SIGINT')).toBe(0);
    expect(() => process.kill(last, 0)).toThrow('ESRCH');
  });
});
