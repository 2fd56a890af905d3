import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { desiredOf, HOST, nextRelease, processesOf, TestAgent, web, worker } from './support/test-agent.js';

const HOLD = 4_000;

let agent: TestAgent;
let url: string;
let breakFile: string;

beforeAll(async () => {
  agent = await TestAgent.start({ tuning: { hold: HOLD } });
  url = await agent.router.serve(HOST);
  breakFile = join(agent.folder, 'break');
});
afterAll(() => agent.dispose());
afterEach(() => rmSync(breakFile, { force: true }));

const ask = (): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve(text));
    }).once('error', reject);
  });

const ofRelease = ({ instances }: ObservedWorkload, release: number) =>
  instances.filter((each) => each.release === release);

/** A first release that serves, replaced by one that breaks when it is told to; resolves when that one took over. */
async function replaced(instances = 1): Promise<{ first: DesiredWorkload; second: DesiredWorkload; held: string[] }> {
  const first = desiredOf(agent.slug('v1'), [web('node server.js', { instances })], { stopDeadlineSeconds: 10 });
  await agent.client.apply(first);
  await agent.untilReady(first.workloadId, instances);
  const next = nextRelease(first, first.release.artifact.digest, [web('node fragile.js', { instances })]);
  const second = { ...next, stopDeadlineSeconds: 10, environment: { BREAK_FILE: breakFile } };
  await agent.client.apply(second);
  const observed = await agent.until(first.workloadId, (seen) => {
    expect(ofRelease(seen, 1).map(({ state, routed }) => [state, routed])).toEqual(
      Array.from({ length: instances }, () => ['ready', false]),
    );
    expect(ofRelease(seen, 2).every(({ routed }) => routed)).toBe(true);
  });
  return { first, second, held: ofRelease(observed, 1).map(({ id }) => id) };
}

describe('after a new release took over', () => {
  it('keeps the former instances running without requests for a while, then ends them', async () => {
    const { first, held } = await replaced();
    expect(await ask()).toContain('fragile');
    expect(processesOf(held).length).toBeGreaterThan(0);
    await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)).toEqual([]), HOLD + 10_000);
    expect(processesOf(held)).toEqual([]);
    expect(await ask()).toContain('fragile');
    await agent.remove(first.workloadId);
  });

  it('falls back to them, unrestarted, when all of the new ones crash early, and stays there while they crash', async () => {
    const { first, held } = await replaced(2);
    writeFileSync(breakFile, '');
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
    const { first, held } = await replaced();
    writeFileSync(breakFile, '');
    await agent.until(first.workloadId, (seen) => expect(ofRelease(seen, 1)[0]?.routed).toBe(true));
    rmSync(breakFile);
    const observed = await agent.until(first.workloadId, (seen) => {
      expect(ofRelease(seen, 2)).toMatchObject([{ state: 'ready', routed: true }]);
      expect(ofRelease(seen, 1)).toMatchObject([{ id: held[0], state: 'ready', routed: false }]);
    });
    expect(Date.parse(observed.changedAt)).toBeGreaterThan(Date.parse(ofRelease(observed, 2)[0]?.readySince ?? ''));
    expect(await ask()).toContain('fragile');
    await agent.remove(first.workloadId);
  });

  it('rolls back to them in no time, unrestarted', async () => {
    const { first, held } = await replaced();
    await agent.client.apply({ ...first, generation: 3 });
    await agent.until(first.workloadId, (seen) => {
      expect(ofRelease(seen, 1)).toMatchObject([{ id: held[0], routed: true, restarts: 0 }]);
      expect(ofRelease(seen, 2).map(({ routed }) => routed)).toEqual([false]);
    });
    expect(await ask()).toContain('v1');
    await agent.remove(first.workloadId);
  });

  it('holds nothing when the workload is stopped or scaled to nothing', async () => {
    const { first, second } = await replaced();
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
