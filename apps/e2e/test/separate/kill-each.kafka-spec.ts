import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@berth/testing';
import { HeldDeployments, setStages } from '../faults/held-deployments.js';
import * as at from '../faults/phases.js';
import { Stage } from '../faults/stage.js';
import { Api } from '../support/api.js';
import { ask, type Load, steadyLoad } from '../support/app-http.js';
import { expectWholeHistory } from '../support/history.js';
import { isStillThere, processesThatName, type SeenProcess } from '../support/processes.js';
import { type PartName, partNames } from './environments.js';
import { SeparatePlatform } from './separate-platform.js';

jest.setTimeout(300_000);

/** Where every part may be needed, whichever it is. */
const everywhere = [at.cloning, at.building, at.starting, at.proving];
/** In the middle of what others do for it, and when all is done but for the accounts. */
const onTheWay = [
  ...[at.buildBecomes('publishing'), at.deploymentBecomes('preparing'), at.deploymentBecomes('verifying')],
  ...[at.allocating, at.justLive, at.accountingEnds],
];
/** Where it waits, then in the middle of a part's own transactions, and of those of all. */
const parts: [part: PartName, where: string, phases: at.Phase[]][] = [
  ['user-management', 'waits', everywhere],
  [
    'deployment-management',
    'waits or is written',
    [...everywhere, at.accepting, at.deploymentBecomes('rolling'), at.deploymentBecomes('live'), at.hearingOfBuild],
  ],
  [
    'build',
    'waits or is written',
    [...everywhere, at.buildBecomes('detecting'), at.buildBecomes('succeeded'), at.buildBecomes('queued')],
  ],
  ['metering', 'waits or is written', [...everywhere, at.accountingBegins]],
  ['gateway', 'waits', everywhere],
  ['agent', 'waits', everywhere],
  ...partNames.map((name): [PartName, string, at.Phase[]] => [name, 'is on its way', onTheWay]),
];
const mostAtOnce = Math.max(...parts.map(([, , phases]) => phases.length));
/** Without these no request reaches an app. */
const carriesRequests = (part: PartName): boolean => part === 'gateway' || part === 'agent';

let platform: SeparatePlatform;
let api: Api;
let stages: Stage[];
let bystander: Stage;

beforeAll(async () => {
  platform = await SeparatePlatform.start({
    told: {
      'deployment-management': { LEASE_SECONDS: '3' },
      build: { BUILD_LEASE_SECONDS: '3', BUILD_CONCURRENCY: String(mostAtOnce) },
    },
  });
  api = await Api.open(platform);
  await api.liftQuotas();
  [bystander, ...stages] = (await setStages(platform, api, mostAtOnce + 1)) as [Stage, ...Stage[]];
});
afterAll(() => platform.stopAndRemove());

describe.each(parts)('%s killed -9 in each phase where a deployment %s', (name, _where, phases) => {
  let held: HeldDeployments;
  let own: SeenProcess[];
  let load: Load;

  beforeAll(async () => {
    held = await HeldDeployments.in(phases, stages);
    load = steadyLoad(bystander.workload.url, 10);
    own = processesThatName(`${platform.folder}/${name === 'build' ? 'builds' : 'agent/'}`);
    await platform.part(name).kill();
    await held.struck();
    await platform.part(name).start();
  });

  it('has left no process of its own behind, and touched none of another', () => {
    const mayGo = name === 'build' || name === 'agent';
    expect(own.length).toBeGreaterThan(0);
    if (mayGo) expect(own.filter(isStillThere)).toEqual([]);
    expect(processesThatName(`${platform.folder}/agent/`).length).toBeGreaterThan(
      name === 'agent' ? -1 : stages.length,
    );
  });

  it('leaves what was live serving', async () => {
    await held.expectServed();
    await eventually(async () => expect((await ask(bystander.workload.url)).body).toBe(bystander.former));
    const { failures } = await load.stop();
    if (!carriesRequests(name)) expect(failures).toEqual([]);
    await held.back();
  });

  it.each(phases)('ends the deployment that was held where $name', (phase) => held.expectLive(phase));

  it('has lost nothing and done nothing twice', () => expectWholeHistory(platform, api));
});
