import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { get } from 'node:http';
import { desiredOf, HOST, nextRelease, processesOf, TestAgent, web, worker } from './support/test-agent.js';

let agent: TestAgent;
let url: string;

beforeAll(async () => {
  // Longer than anything stands still: a start is seen.
  agent = await TestAgent.start({ tuning: { workerReady: 1_500 } });
  url = await agent.router.serve(HOST);
  agent.router.slowness = 100;
});
afterAll(() => agent.dispose());

const fetchText = (path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    get(`${url}${path}`, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).once('error', reject);
  });

/** Sends a request every 10 ms, each of which takes up to 60 ms, until stopped. */
function load(): { stop(): Promise<{ status: number; text: string }[]> } {
  const sent: Promise<{ status: number; text: string }>[] = [];
  const timer = setInterval(() => sent.push(fetchText(`/?wait=${sent.length % 60}`)), 10);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(sent);
    },
  };
}

describe('replacing a release', () => {
  it('answers every request while instances are replaced, and ends on the new release only', async () => {
    const first = desiredOf(agent.slug('v1'), [web('node server.js', { instances: 2 })]);
    await agent.client.apply(first);
    const before = await agent.untilReady(first.workloadId, 2);
    const running = load();
    const second = nextRelease(first, agent.slug('v2'));
    await agent.client.apply(second);
    await agent.until(first.workloadId, ({ instances }) => {
      expect(instances.map(({ release, state }) => [release, state])).toEqual([
        [2, 'ready'],
        [2, 'ready'],
      ]);
    });
    const answers = await running.stop();
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(new Set(answers.map(({ text }) => text.split(' ')[0]))).toEqual(new Set(['v1', 'v2']));
    expect((await fetchText('/')).text).toContain('v2');
    expect(processesOf(before.instances.map(({ id }) => id))).toEqual([]);
    await agent.remove(first.workloadId);
  });

  it('never routes fewer instances than before, nor an instance of the new release before all are proven', async () => {
    const first = desiredOf(agent.slug('v1'), [web('node server.js', { instances: 3 })]);
    await agent.client.apply(first);
    await agent.untilReady(first.workloadId, 3);
    const from = agent.router.tables.length;
    await agent.client.apply(nextRelease(first, agent.slug('v3')));
    await agent.until(first.workloadId, ({ instances }) =>
      expect(instances.map(({ release }) => release)).toEqual([2, 2, 2]),
    );
    const sizes = agent.router.tables.slice(from).map((table) => table.routes[0]?.upstreams.length ?? 0);
    expect(Math.min(...sizes)).toBe(3);
    expect(sizes[0]).toBe(6);
    await agent.remove(first.workloadId);
  });

  it('keeps the former release serving, unrestarted, while the new one crashes, and keeps its instances at the rollback', async () => {
    const first = desiredOf(agent.slug('v1'), [web()]);
    await agent.client.apply(first);
    const before = await agent.untilReady(first.workloadId);
    const running = load();
    await agent.client.apply(nextRelease(first, agent.slug('v1'), [web('node crash.js')]));
    await agent.until(first.workloadId, ({ instances }) =>
      expect(instances.find(({ release }) => release === 2)?.trouble?.cause).toBe('crash_loop'),
    );
    await agent.client.apply({ ...first, generation: 3 });
    const after = await agent.untilReady(first.workloadId);
    expect(after.instances[0]).toMatchObject({ id: before.instances[0]?.id, restarts: 0, routed: true });
    expect((await running.stop()).filter(({ status }) => status !== 200)).toEqual([]);
    await agent.remove(first.workloadId);
  });

  it('starts a new worker before it ends the old one', async () => {
    const first = desiredOf(agent.slug('v1'), [worker('node ticker.js')]);
    await agent.client.apply(first);
    await agent.untilReady(first.workloadId);
    await agent.client.apply({ ...first, generation: 2, restartToken: 'again' });
    const states: string[] = [];
    await agent.until(first.workloadId, ({ instances }) => {
      states.push(instances.map(({ state }) => state).join());
      expect(instances.map(({ restartToken }) => restartToken)).toEqual(['again']);
    });
    expect(states).toContain('ready,starting');
    expect(states.filter((each) => !each.includes('ready'))).toEqual([]);
    await agent.remove(first.workloadId);
  });

  it('gives a process its time to end also when the shell above it is gone already', async () => {
    const desired = desiredOf(agent.slug('v1'), [worker('node polite.js && true')]);
    const said = async () => (await agent.client.logs(desired.workloadId)).map(({ text }) => text);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    await eventually(async () => expect(await said()).toContain('listening to signals'));
    await agent.client.apply({ ...desired, generation: 2, processes: [worker('node polite.js', { instances: 0 })] });
    await agent.until(desired.workloadId, ({ instances }) => expect(instances).toEqual([]));
    expect(await said()).toContain('ended politely');
    await agent.remove(desired.workloadId);
  });

  it('lets a request that takes its time end before the instance does, when scaled down', async () => {
    const desired = desiredOf(agent.slug('v1'), [web('node server.js', { instances: 3 })]);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId, 3);
    const slow = Promise.all([1, 2, 3].map(() => fetchText('/?wait=800')));
    await agent.until(desired.workloadId, () => undefined);
    await agent.client.apply({ ...desired, generation: 2, processes: [web('node server.js', { instances: 1 })] });
    expect((await slow).map(({ status }) => status)).toEqual([200, 200, 200]);
    const left = await agent.untilReady(desired.workloadId);
    expect(left.instances[0]?.restarts).toBe(0);
    await agent.remove(desired.workloadId);
  });
});
