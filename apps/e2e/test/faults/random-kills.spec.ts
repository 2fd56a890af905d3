import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { BerthProcess } from '../support/berth-process.js';
import { expectWholeHistory } from '../support/history.js';
import { isStillThere, processesThatName } from '../support/processes.js';
import { HeldDeployments, setStages } from './held-deployments.js';
import * as at from './phases.js';
import { randomFrom } from './random.js';
import type { Stage } from './stage.js';

jest.setTimeout(300_000);

const kills = Number(process.env['BERTH_KILLS'] ?? '3');
const seed = Number(process.env['BERTH_KILLS_SEED'] ?? '20261121');
/** About as long as three deployments take: a kill may come before the first build and after the last proof. */
const LONGEST_MILLISECONDS = 3_000;

const random = randomFrom(seed);
const moments = Array.from({ length: kills }, (_, index) => ({
  index: index + 1,
  milliseconds: Math.floor(random() * LONGEST_MILLISECONDS),
}));
const phases = [1, 2, 3].map((number) => at.underWay(`deployment ${number} of three`));

let berth: BerthProcess;
let api: Api;
let stages: Stage[];

beforeAll(async () => {
  berth = await BerthProcess.start();
  api = await Api.open(berth);
  await api.liftQuotas();
  stages = await setStages(berth, api, phases.length);
});
afterAll(() => berth.stopAndRemove());

describe(`the platform killed -9 at random moments of three deployments, seed ${seed}`, () => {
  it.each(moments)(
    '$index: after $milliseconds ms, ends them all and leaves nothing behind',
    async ({ milliseconds }) => {
      const held = await HeldDeployments.in(phases, stages);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      const before = processesThatName(berth.folder);
      await berth.stop('SIGKILL');
      berth = await berth.startAgain();
      expect(before.filter(isStillThere)).toEqual([]);
      await held.expectServed();
      for (const phase of phases) await held.expectLive(phase);
    },
  );

  it('has lost nothing and done nothing twice', () => expectWholeHistory(berth, api));
});
