import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@berth/testing';
import { HeldDeployments, setStages } from '../faults/held-deployments.js';
import type { Phase } from '../faults/phases.js';
import type { Stage } from '../faults/stage.js';
import { Api } from '../support/api.js';
import { ask, type Load, steadyLoad } from '../support/app-http.js';
import { expectWholeHistory } from '../support/history.js';
import { isStillThere, processesThatName, type SeenProcess } from '../support/processes.js';
import type { PartName } from './environments.js';
import { SeparatePlatform } from './separate-platform.js';

/** A part that is killed, what a deployment does meanwhile, and the phases of those that are held then, at the same time. */
export type Kill = readonly [part: PartName, where: string, phases: readonly Phase[]];

/** Without these no request reaches an app. */
const carriesRequests = (part: PartName): boolean => part === 'gateway' || part === 'agent';

/** Each part killed while deployments stand, on one platform of separate processes that builds so many at once. */
export function killSuite(kills: readonly Kill[], buildSlots: number): void {
  jest.setTimeout(300_000);
  const mostAtOnce = Math.max(...kills.map(([, , phases]) => phases.length));

  let platform: SeparatePlatform;
  let api: Api;
  let stages: Stage[];
  let bystander: Stage;

  beforeAll(async () => {
    platform = await SeparatePlatform.start({
      told: {
        'deployment-management': { LEASE_SECONDS: '3' },
        build: { BUILD_LEASE_SECONDS: '3', BUILD_CONCURRENCY: String(buildSlots) },
      },
    });
    api = await Api.open(platform);
    await api.liftQuotas();
    [bystander, ...stages] = (await setStages(platform, api, mostAtOnce + 1)) as [Stage, ...Stage[]];
  });
  afterAll(() => platform.stopAndRemove());

  describe.each([...kills])('%s killed -9 in each phase where a deployment %s', (name, _where, phases) => {
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
}
