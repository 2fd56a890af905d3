import { afterEach, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import type { Tuning } from '../src/tuning.js';
import { breakFileOf, ofRelease, replaced, replacing } from './support/replacement.js';
import { processesOf, TestAgent } from './support/test-agent.js';

const HOLD = 500;

let agent: TestAgent;
afterEach(() => agent.dispose());

async function startAgent(tuning: Partial<Tuning> = {}): Promise<void> {
  agent = await TestAgent.start({ tuning: { hold: HOLD, ...tuning } });
}

const untilLetGo = (workloadId: string) => agent.until(workloadId, (seen) => expect(ofRelease(seen, 1)).toEqual([]));

/** What is held without a trial is let go after the time to hold: another workload tells when that has passed. */
async function theTimeToHoldPasses(): Promise<void> {
  const { first } = await replacing(agent, { hosts: ['another.localhost'] });
  await untilLetGo(first.workloadId);
}

it('what a release on trial replaced is held past the usual time, and let go once it is on trial no more', async () => {
  await startAgent();
  const { first, second, held } = await replaced(agent, { onTrial: true });
  await theTimeToHoldPasses();
  const observed = await agent.client.observe(first.workloadId);
  expect(observed.onTrial).toBe(true);
  expect(ofRelease(observed, 1).map(({ id, state }) => [id, state])).toEqual(held.map((id) => [id, 'ready']));
  const { onTrial: _, ...foundLive } = second;
  await agent.client.apply(foundLive);
  const after = await untilLetGo(first.workloadId);
  expect(after.onTrial).toBeUndefined();
  expect(after.instances.map(({ restarts, routed }) => [restarts, routed])).toEqual([[0, true]]);
});

it('it serves again, unrestarted, when the one on trial breaks late', async () => {
  await startAgent();
  const { first, held } = await replaced(agent, { onTrial: true });
  await theTimeToHoldPasses();
  writeFileSync(breakFileOf(agent), '');
  const back = await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)[0]?.routed).toBe(true));
  expect(ofRelease(back, 1).map(({ id, restarts }) => [id, restarts])).toEqual(held.map((id) => [id, 0]));
});

it('it is taken back without a start when the trial fails', async () => {
  await startAgent();
  const { first, held } = await replaced(agent, { onTrial: true });
  await theTimeToHoldPasses();
  await agent.client.apply({ ...first, generation: 3 });
  const back = await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)[0]?.routed).toBe(true));
  expect(ofRelease(back, 1).map(({ id, restarts }) => [id, restarts])).toEqual(held.map((id) => [id, 0]));
});

it('a trial that nobody ends holds it for a bounded time', async () => {
  await startAgent({ trial: HOLD });
  const { first, held } = await replacing(agent, { onTrial: true });
  const after = await untilLetGo(first.workloadId);
  expect(after.onTrial).toBe(true);
  expect(processesOf(held)).toEqual([]);
});
