import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredTask, ObservedTask } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { desiredOf, processesOf, TestAgent, worker } from './support/test-agent.js';

const programs = {
  'migrate.js': `console.log('migrated', process.env.DATABASE, process.env.BERTH_PROCESS, process.cwd());`,
  'wait.js': `require('node:child_process').spawn('sleep', ['1000']); setInterval(() => undefined, 1000); console.log('up');`,
};

describe('a command that runs once', () => {
  let agent: TestAgent;
  beforeEach(async () => void (agent = await TestAgent.start()));
  afterEach(() => agent.dispose());

  const taskOf = (command: string, change: Partial<DesiredTask> = {}): DesiredTask => {
    const {
      generation: _,
      processes: _p,
      hosts: _h,
      restartToken: _r,
      startDeadlineSeconds: _s,
      ...place
    } = desiredOf(agent.slug('v1', programs), []);
    return {
      ...{ ...place, taskId: randomUUID(), deadlineSeconds: 60, environment: { DATABASE: 'orders' } },
      process: { name: 'release', command, cpuMillicores: 500, memoryMib: 128 },
      ...change,
    };
  };
  const pathOf = ({ workloadId, taskId }: DesiredTask) => `/workloads/${workloadId}/tasks/${taskId}`;
  const start = (task: DesiredTask) => agent.client.call('PUT', pathOf(task), task);
  const until = (task: DesiredTask, state: ObservedTask['state']) =>
    eventually(
      async () => {
        const { body } = await agent.client.call('GET', pathOf(task));
        expect((body as ObservedTask).state).toBe(state);
        return body as ObservedTask;
      },
      { within: 120_000 },
    );
  const end = async (task: DesiredTask) => {
    expect((await agent.client.call('DELETE', pathOf(task))).status).toBe(202);
    await eventually(async () => expect((await agent.client.call('GET', pathOf(task))).status).toBe(404));
  };
  const folders = () => readdirSync(join(agent.folder, 'agent/instances'));

  it('has the release, its config and a working copy of its own, which goes with it', async () => {
    const task = taskOf('node migrate.js');
    await start(task);
    const { instance } = await until(task, 'ended');
    const lines = await agent.client.logs(task.workloadId);
    expect(lines.map(({ text }) => text).join('\n')).toContain(
      `migrated orders release ${join(agent.folder, 'agent/instances', instance!, 'app')}`,
    );
    expect(folders()).toEqual([instance]);
    await end(task);
    expect(folders()).toEqual([]);
  });

  it('beside instances touches none of them, and its words stay in the log of the workload', async () => {
    const desired = desiredOf(agent.slug('v1', programs), [worker('node ticker.js')]);
    await agent.client.apply(desired);
    const before = await agent.untilReady(desired.workloadId);
    const task = taskOf('node migrate.js', { workloadId: desired.workloadId });
    await start(task);
    await until(task, 'ended');
    await end(task);
    expect((await agent.client.observe(desired.workloadId)).instances.map(({ id }) => id)).toEqual(
      before.instances.map(({ id }) => id),
    );
    const release = await agent.client.logs(desired.workloadId, 'process=release');
    expect(release.length).toBeGreaterThan(0);
  });

  it('is ended with everything that it started', async () => {
    const task = taskOf('node wait.js');
    await start(task);
    const { instance } = await until(task, 'running');
    await eventually(() => expect(processesOf([instance!]).length).toBeGreaterThan(1));
    await end(task);
    expect(processesOf([instance!])).toEqual([]);
  });

  it('is ended by the agent that closes, and is lost, not started anew, for the next one', async () => {
    const task = taskOf('node wait.js');
    await start(task);
    const { instance } = await until(task, 'running');
    await agent.close();
    expect(processesOf([instance!])).toEqual([]);
    await agent.start();
    expect(await until(task, 'lost')).toMatchObject({ instance: null, exit: null });
    await start(task);
    await until(task, 'lost');
    await end(task);
    expect(readdirSync(join(agent.folder, 'agent/tasks'))).toEqual([]);
  });

  it('uses no more memory than it may', async () => {
    const task = taskOf('node hog.js');
    await start(task);
    expect((await until(task, 'ended')).exit?.reason).toBe('out_of_memory');
    await end(task);
  });

  it('is refused under an id that is not its own, or is none', async () => {
    const task = taskOf('node migrate.js');
    expect(await agent.client.call('PUT', pathOf({ ...task, taskId: randomUUID() }), task)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/taskId' }] },
    });
    expect((await agent.client.call('GET', `/workloads/${task.workloadId}/tasks/..%2Fledger`)).status).toBe(404);
    expect(existsSync(join(agent.folder, 'agent/tasks', task.taskId))).toBe(false);
  });
});
