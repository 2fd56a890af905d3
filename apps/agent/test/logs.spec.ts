import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogLine } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/clock.js';
import { WorkloadLogs } from '../src/logs/workload-logs.js';
import { defaultTuning } from '../src/tuning.js';
import { desiredOf, TestAgent, web, worker } from './support/test-agent.js';

let agent: TestAgent;
const tuning = { logFileBytes: 100_000, logFiles: 3, logBytesPerSecond: 3_000_000, logInstancesKept: 1 };
beforeAll(async () => {
  agent = await TestAgent.start({ tuning });
});
afterAll(() => agent.dispose());

const own = (lines: readonly LogLine[]): LogLine[] => lines.filter(({ stream }) => stream !== 'platform');

async function take(lines: AsyncGenerator<unknown>, count: number): Promise<LogLine[]> {
  const taken: LogLine[] = [];
  for await (const line of lines) {
    taken.push(line as LogLine);
    if (taken.length === count) break;
  }
  return taken;
}

describe('logs', () => {
  it('are merged over instances by time, filtered by process, instance and instant', async () => {
    const desired = desiredOf(agent.slug(), [web(), worker('node ticker.js', { instances: 2 })]);
    const id = desired.workloadId;
    await agent.client.apply(desired);
    const { instances } = await agent.untilReady(id, 3);
    await eventually(async () => {
      const lines = own(await agent.client.logs(id));
      for (const each of instances)
        expect(lines.filter(({ instance }) => instance === each.id).length).toBeGreaterThan(
          each.processType === 'worker' ? 5 : 0,
        );
    });
    const all = await agent.client.logs(id);
    const cursors = all.map(({ cursor }) => cursor);
    expect(cursors).toEqual(cursors.toSorted());
    expect(new Set(cursors).size).toBe(cursors.length);
    expect(new Set(all.map(({ instance }) => instance))).toEqual(new Set(instances.map((each) => each.id)));
    const oneId = instances.find(({ processType }) => processType === 'worker')?.id ?? '';
    const one = own(await agent.client.logs(id, `instance=${oneId}`)).map(({ text }) => text);
    expect(one.slice(0, 3)).toEqual(['tick 1', 'tick 2', 'tick 3']);
    const middle = all[Math.floor(all.length / 2)];
    const since = await agent.client.logs(id, `since=${middle?.at}`);
    expect(since[0]?.at).toBe(middle?.at);
    const after = await agent.client.logs(id, `after=${middle?.cursor}&process=worker`);
    expect(after.every((line) => line.cursor > (middle?.cursor ?? '') && line.process === 'worker')).toBe(true);
    await agent.client.call('DELETE', `/workloads/${id}`);
  });

  it('answer the last lines, then follow without a gap or a repetition', async () => {
    const desired = desiredOf(agent.slug(), [worker('node ticker.js')]);
    const id = desired.workloadId;
    await agent.client.apply(desired);
    await eventually(async () => expect(own(await agent.client.logs(id)).length).toBeGreaterThan(6));
    expect(await agent.client.logs(id, 'tail=3')).toHaveLength(3);
    expect(await agent.client.logs(id, 'tail=0')).toHaveLength(0);
    const followed = await take(agent.client.lines(`/workloads/${id}/logs?tail=2&follow=true`), 12);
    const numbers = followed.map(({ text }) => Number(text.split(' ')[1]));
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    const resumed = await take(
      agent.client.lines(`/workloads/${id}/logs?follow=true&after=${followed.at(-1)?.cursor}`),
      3,
    );
    expect(Number(resumed[0]?.text.split(' ')[1])).toBe((numbers.at(-1) ?? 0) + 1);
    await agent.client.call('DELETE', `/workloads/${id}`);
  });

  it('say what the platform did', async () => {
    const desired = desiredOf(agent.slug(), [worker('node crash.js')]);
    await agent.client.apply(desired);
    await agent.until(desired.workloadId, ({ instances }) => expect(instances[0]?.restarts).toBeGreaterThan(0));
    const lines = await agent.client.logs(desired.workloadId);
    expect(lines.find(({ stream }) => stream === 'platform')?.text).toMatch(/^Ended: exit code 3/);
    expect(lines.find(({ stream }) => stream === 'stderr')?.text).toBe('boom: no database');
    await agent.client.call('DELETE', `/workloads/${desired.workloadId}`);
  });

  it('of a flood stay within their files, and cost no memory', async () => {
    const desired = desiredOf(agent.slug(), [worker('node flood.js')]);
    const id = desired.workloadId;
    const before = process.memoryUsage().rss;
    await agent.client.apply(desired);
    const folder = join(agent.folder, 'agent/logs', id);
    await eventually(() => expect(readdirSync(folder)).toHaveLength(3));
    const count = async () => Number((await agent.client.logs(id, 'tail=1'))[0]?.text.split(' ')[1]);
    const first = await count();
    await eventually(async () => expect(await count()).toBeGreaterThan(first + 20_000));
    // The flood goes on: what was there may have another name by now.
    const sizeOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
    for (const name of readdirSync(folder)) expect(sizeOf(name)).toBeLessThan(200_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    const [slow] = await take(agent.client.lines(`/workloads/${id}/logs?follow=true`), 1);
    expect(slow?.text).toMatch(/^x+ \d+$/);
    await agent.client.call('DELETE', `/workloads/${id}`);
  });

  it('of ended instances are kept, the newest of them, until the workload is deleted', async () => {
    const desired = desiredOf(agent.slug(), [worker('node ticker.js')]);
    const id = desired.workloadId;
    const instances: string[] = [];
    for (const restartToken of ['a', 'b', 'c']) {
      await agent.client.apply({ ...desired, generation: instances.length + 1, restartToken });
      const ready = await agent.until(id, (observed) => {
        expect(observed.instances.map((each) => [each.restartToken, each.state])).toEqual([[restartToken, 'ready']]);
      });
      instances.push(ready.instances[0]?.id ?? '');
    }
    await eventually(async () => {
      const logged = new Set((await agent.client.logs(id)).map(({ instance }) => instance));
      expect([...logged].sort()).toEqual(instances.slice(1).sort());
    });
    await agent.client.call('DELETE', `/workloads/${id}`);
    await eventually(() => expect(readdirSync(join(agent.folder, 'agent/logs'))).not.toContain(id));
  });
});

describe('a follower', () => {
  it('gets a line that is written while it starts exactly once', async () => {
    const logs = new WorkloadLogs(join(agent.folder, 'logs-of-one'), systemClock, { ...defaultTuning, ...tuning });
    const stop = new AbortController();
    await logs.append('web-1', 'stdout', ['before']);
    const writing = logs.append('web-1', 'stdout', ['meanwhile']);
    const reader = logs.read({ follow: true }, stop.signal);
    const first = await reader.next();
    await writing;
    await logs.append('web-1', 'stdout', ['later']);
    const texts = [first, await reader.next(), await reader.next()].map(({ value }) => (value as LogLine).text);
    expect(texts).toEqual(['before', 'meanwhile', 'later']);
    stop.abort();
    expect((await reader.next()).done).toBe(true);
  });

  it('that is too slow reads from the files what it missed', async () => {
    const logs = new WorkloadLogs(join(agent.folder, 'logs-of-two'), systemClock, defaultTuning);
    const reader = logs.read({ follow: true }, new AbortController().signal);
    await logs.append('web-1', 'stdout', ['0']);
    const texts = [(await reader.next()).value as LogLine];
    for (let batch = 0; batch < 12; batch++)
      await logs.append(
        'web-1',
        'stdout',
        Array.from({ length: 1_000 }, (_, at) => String(batch * 1_000 + at + 1)),
      );
    while (texts.length < 12_001) texts.push((await reader.next()).value as LogLine);
    expect(texts.map(({ text }) => text)).toEqual(Array.from({ length: 12_001 }, (_, at) => String(at)));
  });
});
