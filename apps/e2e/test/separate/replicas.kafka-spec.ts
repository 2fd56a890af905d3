import { chmod, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HeldDeployments, setStages } from '../faults/held-deployments.js';
import * as at from '../faults/phases.js';
import type { Stage } from '../faults/stage.js';
import { Api } from '../support/api.js';
import { expectWholeHistory } from '../support/history.js';
import { webApp } from '../support/repository.js';
import { SeparatePlatform } from './separate-platform.js';

jest.setTimeout(300_000);

const phases = [at.building, at.cloning, at.starting, at.proving];

let platform: SeparatePlatform;
let api: Api;
let stages: Stage[];

beforeAll(async () => {
  platform = await SeparatePlatform.start({
    isReplicated: true,
    told: { 'deployment-management': { LEASE_SECONDS: '3' }, build: { BUILD_LEASE_SECONDS: '3' } },
  });
  api = await Api.open(platform);
  await api.liftQuotas();
  stages = await setStages(platform, api, phases.length);
});
afterAll(() => platform.stopAndRemove());

/** A deployment whose build and whose instance each leave a line. */
const leavingTraces = (trace: string): at.Phase => ({
  name: 'leaves traces',
  arm: (stage) =>
    Promise.resolve(async () => {
      const scripts = { start: 'node server.js', build: `echo built >> ${trace}` };
      await stage.repository.commit({
        ...webApp(stage.next, `require('node:fs').appendFileSync('${trace}', 'started\\n');`),
        'package.json': JSON.stringify({ name: 'app', version: '1.0.0', scripts }),
      });
      await stage.deploy();
      return {};
    }),
});

describe('two replicas of each service', () => {
  it('build once, start once and tell once', async () => {
    const trace = `${stages[0]?.repository.folder}.trace`;
    await writeFile(trace, '');
    // Builds and apps run as users of their own.
    await chmod(trace, 0o666);
    const traced = stages.map(() => leavingTraces(trace));
    const held = await HeldDeployments.in(traced, stages);
    for (const phase of traced) await held.expectLive(phase);
    const lines = (await readFile(trace, 'utf8')).trim().split('\n').sort();
    expect(lines).toEqual([...stages.map(() => 'built'), ...stages.map(() => 'started')]);
    await expectWholeHistory(platform, api);
  });

  it('go on alone when one of each is killed -9 in the middle of deployments', async () => {
    const held = await HeldDeployments.in(phases, stages);
    for (const replica of platform.replicas) await replica.kill();
    await held.struck();
    await held.expectServed();
    await held.back();
    for (const phase of phases) await held.expectLive(phase);
    await expectWholeHistory(platform, api);
  });
});
