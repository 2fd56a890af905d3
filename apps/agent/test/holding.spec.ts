import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { breakFileOf, ofRelease, replaced } from './support/replacement.js';
import { desiredOf, HOST, nextRelease, processesOf, TestAgent, web, worker } from './support/test-agent.js';

const HOLD = 4_000;

let agent: TestAgent;
let url: string;

beforeAll(async () => {
  agent = await TestAgent.start({ tuning: { hold: HOLD } });
  url = await agent.router.serve(HOST);
});
afterAll(() => agent.dispose());
afterEach(() => rmSync(breakFileOf(agent), { force: true }));

const ask = (): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve(text));
    }).once('error', reject);
  });

describe('after a new release took over', () => {
  it('keeps the former instances running without requests for a while, then ends them', async () => {
    const { first, held } = await replaced(agent);
    expect(await ask()).toContain('fragile');
    expect(processesOf(held).length).toBeGreaterThan(0);
    await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)).toEqual([]), HOLD + 10_000);
    expect(processesOf(held)).toEqual([]);
    expect(await ask()).toContain('fragile');
    await agent.remove(first.workloadId);
  });

  it('falls back to them, unrestarted, when all of the new ones crash early, and stays there while they crash', async () => {
    const { first, held } = await replaced(agent, { instances: 2 });
    writeFileSync(breakFileOf(agent), '');
    const back = await agent.until(first.workloadId, (seen) =>
      expect(ofRelease(seen, 1).map(({ routed }) => routed)).toEqual([true, true]),
    );
    expect(ofRelease(back, 1).map(({ id, restarts }) => [id, restarts])).toEqual(held.map((id) => [id, 0]));
    expect(await ask()).toContain('v1');
    await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 2)[0]?.trouble?.cause).toBe('crash_loop'));
    expect(await ask()).toContain('v1');
    await agent.remove(first.workloadId);
  });

  it('hands over again, and holds anew, when the new release recovers', async () => {
    const { first, held } = await replaced(agent);
    writeFileSync(breakFileOf(agent), '');
    await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)[0]?.routed).toBe(true));
    rmSync(breakFileOf(agent));
    const observed = await agent.until(first.workloadId, (seen) => {
      expect(ofRelease(seen, 2)).toMatchObject([{ state: 'ready', routed: true }]);
      expect(ofRelease(seen, 1)).toMatchObject([{ id: held[0], state: 'ready', routed: false }]);
    });
    expect(Date.parse(observed.changedAt)).toBeGreaterThan(Date.parse(ofRelease(observed, 2)[0]?.readySince ?? ''));
    expect(await ask()).toContain('fragile');
    await agent.remove(first.workloadId);
  });

  it('rolls back to them in no time, unrestarted', async () => {
    const { first, held } = await replaced(agent);
    await agent.client.apply({ ...first, generation: 3 });
    await agent.until(first.workloadId, (seen) => {
      expect(ofRelease(seen, 1)).toMatchObject([{ id: held[0], routed: true, restarts: 0 }]);
      expect(ofRelease(seen, 2).map(({ routed }) => routed)).toEqual([false]);
    });
    expect(await ask()).toContain('v1');
    await agent.remove(first.workloadId);
  });

  it('holds nothing when the workload is stopped or scaled to nothing', async () => {
    const { first, second } = await replaced(agent);
    await agent.client.apply({ ...second, generation: 3, processes: [web('node fragile.js', { instances: 0 })] });
    await agent.until(first.workloadId, ({ instances }) => expect(instances).toEqual([]), HOLD - 1_000);
    await agent.remove(first.workloadId);
  });

  it('holds no process that gets no requests: two releases of a worker would do the same work', async () => {
    const first = desiredOf(agent.slug('v1'), [worker('node ticker.js')]);
    await agent.client.apply(first);
    const before = await agent.untilReady(first.workloadId);
    await agent.client.apply(nextRelease(first, agent.slug('v2')));
    await agent.until(
      first.workloadId,
      ({ instances }) => expect(instances.map(({ release, state }) => [release, state])).toEqual([[2, 'ready']]),
      HOLD - 1_000,
    );
    expect(processesOf(before.instances.map(({ id }) => id))).toEqual([]);
    await agent.remove(first.workloadId);
  });
});
