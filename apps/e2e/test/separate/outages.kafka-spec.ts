import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HeldDeployments, setStages } from '../faults/held-deployments.js';
import * as at from '../faults/phases.js';
import type { Stage } from '../faults/stage.js';
import { Api } from '../support/api.js';
import { steadyLoad } from '../support/app-http.js';
import { expectWholeHistory } from '../support/history.js';
import { SteadyWrites } from '../support/steady-writes.js';
import { SeparatePlatform } from './separate-platform.js';

jest.setTimeout(300_000);

const OUTAGE_MILLISECONDS = 30_000;
const phases = [at.building, at.cloning, at.starting, at.proving];

let platform: SeparatePlatform;
let api: Api;
let stages: Stage[];

beforeAll(async () => {
  platform = await SeparatePlatform.start({ told: { build: { BUILD_CONCURRENCY: '8' } } });
  api = await Api.open(platform);
  await api.liftQuotas();
  stages = await setStages(platform, api, phases.length + 1);
});
afterAll(() => platform.stopAndRemove());

/** Apps answer all the while, deployments end, what was acknowledged is there. */
async function survive(outage: () => Promise<void>): Promise<void> {
  const bystander = stages.at(-1) as Stage;
  const held = await HeldDeployments.in(phases, stages);
  const writes = new SteadyWrites(api);
  const load = steadyLoad(bystander.workload.url, 10);
  await outage();
  await held.struck();
  await held.back();
  for (const phase of phases) await held.expectLive(phase);
  expect((await load.stop()).failures).toEqual([]);
  await writes.expectNothingLost();
  await expectWholeHistory(platform, api);
}

describe('PostgreSQL that is restarted, immediately, three times, in the middle of deployments and writes', () => {
  it('loses nothing that was acknowledged, and every deployment ends', () =>
    survive(async () => {
      for (let time = 0; time < 3; time++) await platform.postgres.restartImmediately();
    }));
});

describe('a broker that is away for 30 seconds in the middle of deployments and writes', () => {
  it('holds up no write, loses nothing that was acknowledged, and every deployment ends', () =>
    survive(async () => {
      await platform.kafka.kill();
      // The outage itself, not a wait for its end.
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MILLISECONDS));
      await platform.kafka.start();
    }));
});
