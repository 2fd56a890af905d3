import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { BerthProcess } from '../support/berth-process.js';
import { expectWholeHistory } from '../support/history.js';
import { isStillThere, processesThatName, type SeenProcess } from '../support/processes.js';
import { HeldDeployments, setStages } from './held-deployments.js';
import * as at from './phases.js';
import type { Stage } from './stage.js';

jest.setTimeout(300_000);

/**
 * Every place where a deployment waits for something. Several stand at once, each with a workload of its own; two builds
 * run at a time, and what stops the events of others comes last.
 */
const moments: [name: string, phases: at.Phase[]][] = [
  ['sources are fetched and built', [at.building, at.cloning, at.waitingForSlot, at.accepting]],
  [
    'instances are replaced',
    [
      ...[at.starting, at.proving, at.deploymentBecomes('preparing'), at.deploymentBecomes('rolling')],
      ...[at.buildBecomes('detecting'), at.buildBecomes('publishing')],
    ],
  ],
  [
    'deployments go live',
    [
      ...[at.deploymentBecomes('verifying'), at.deploymentBecomes('live'), at.allocating, at.accountingBegins],
      ...[at.buildBecomes('cloning'), at.buildBecomes('succeeded')],
    ],
  ],
  [
    'others hear of it',
    [at.justLive, at.buildBecomes('building'), at.accountingEnds, at.hearingOfBuild, at.buildBecomes('queued')],
  ],
];
const mostAtOnce = Math.max(...moments.map(([, phases]) => phases.length));

let berth: BerthProcess;
let api: Api;
let stages: Stage[];

beforeAll(async () => {
  berth = await BerthProcess.start();
  api = await Api.open(berth);
  await api.liftQuotas();
  stages = await setStages(berth, api, mostAtOnce);
});
afterAll(() => berth.stopAndRemove());

describe.each(moments)('the platform killed -9 while %s', (_name, phases) => {
  let before: SeenProcess[];
  let held: HeldDeployments;

  beforeAll(async () => {
    held = await HeldDeployments.in(phases, stages);
    before = processesThatName(berth.folder);
    await berth.stop('SIGKILL');
    await held.struck();
    berth = await berth.startAgain();
  });

  it('has left nothing running that is there when it is back', () => {
    expect(before.length).toBeGreaterThan(stages.length);
    expect(before.filter(isStillThere)).toEqual([]);
  });

  it('serves every release that was live before', async () => {
    await held.expectServed();
    await held.back();
  });

  it.each(phases)('ends the deployment that was held where $name', (phase) => held.expectLive(phase));

  it('has lost nothing and done nothing twice', async () => {
    await expectWholeHistory(berth, api);
    const instances = () =>
      processesThatName(`${berth.folder}/agent`).map((each) => /BERTH_INSTANCE=([^\0]+)/.exec(each.environment)?.[1]);
    await eventually(() => expect(new Set(instances()).size).toBe(stages.length), { within: 60_000 });
    expect(processesThatName(`${berth.folder}/builds`)).toEqual([]);
  });
});
