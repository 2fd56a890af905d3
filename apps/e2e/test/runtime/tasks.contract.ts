import { createHash, randomUUID } from 'node:crypto';
import { type Runtime, RuntimeUnavailable } from '@berth/deployment-management';
import { type DesiredTask, type LogLine, measurement, observedTask, type ObservedTask } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RuntimeHarness, TaskKind } from './runtime.contract.js';

const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const never = new AbortController().signal;

const desiredOf = (kind: 'slug' | 'image', digest: string): DesiredTask => {
  const workloadId = randomUUID();
  return {
    ...{ taskId: randomUUID(), workloadId, organizationId: workloadId, projectId: workloadId },
    ...{ environmentId: workloadId, appId: workloadId, namespace: 'shop-staging-0123456789' },
    name: `app-${workloadId.slice(0, 8)}`,
    release: {
      ...{ number: 2, hash: hashOf(digest), configHash: hashOf('config') },
      artifact: { kind, digest, sizeBytes: 1 },
    },
    environment: { GREETING: 'hello' },
    process: { name: 'release', command: 'node task.js', cpuMillicores: 500, memoryMib: 128 },
    ...{ deadlineSeconds: 60, stopDeadlineSeconds: 3 },
  };
};

/** What the reconciler relies on when it has a command run once, whichever world it speaks to. */
export function tasksContract(name: string, start: () => Promise<RuntimeHarness>): void {
  describe(`tasks on ${name}`, () => {
    let harness: RuntimeHarness;
    let runtime: Runtime;
    beforeAll(async () => {
      harness = await start();
      runtime = harness.runtime;
    }, 600_000);
    afterAll(() => harness.close());

    const taskThat = (ending: TaskKind) =>
      desiredOf(runtime.artifactKinds.includes('slug') ? 'slug' : 'image', harness.task(ending));
    const observe = async ({ workloadId, taskId }: DesiredTask): Promise<ObservedTask | null> => {
      const found = await runtime.observeTask(workloadId, taskId, never);
      return found && observedTask.parse(found);
    };
    const untilIs = (task: DesiredTask, state: ObservedTask['state']): Promise<ObservedTask> =>
      eventually(
        async () => {
          const observed = await observe(task);
          expect(observed?.state).toBe(state);
          return observed as ObservedTask;
        },
        { within: 60_000 },
      );
    const end = async (task: DesiredTask) => {
      await runtime.endTask(task.workloadId, task.taskId, never);
      await eventually(async () => expect(await observe(task)).toBeNull(), { within: 60_000 });
    };
    const printed = async ({ workloadId }: DesiredTask, instance: string) => {
      const lines: LogLine[] = [];
      for await (const line of runtime.logs(workloadId, { instance, follow: false }, never)) lines.push(line);
      return lines;
    };

    it('knows nothing of one that it was never told of, which is as good as ended', async () => {
      const task = taskThat('succeeds');
      expect(await observe(task)).toBeNull();
      await end(task);
    });

    it('runs a command of a release that has no instance, to its end, and keeps what it printed', async () => {
      const task = taskThat('succeeds');
      await runtime.startTask(task, never);
      const observed = await untilIs(task, 'ended');
      expect(observed).toMatchObject({ exit: { code: 0, reason: 'exited' }, trouble: null });
      expect(observed.instance).toMatch(/^release-/);
      const lines = await printed(task, observed.instance ?? '');
      expect(lines.length).toBeGreaterThan(0);
      expect(new Set(lines.map((line) => `${line.process} ${line.instance}`))).toEqual(
        new Set([`release ${observed.instance}`]),
      );
      expect(await printed(task, 'release-another')).toEqual([]);
      expect(await runtime.observe(task.workloadId, never)).toBeNull();
      await end(task);
    });

    it('says the code with which it failed, and does not start it again', async () => {
      const task = taskThat('fails');
      await runtime.startTask(task, never);
      const failed = await untilIs(task, 'ended');
      expect(failed.exit).toMatchObject({ code: 3, reason: 'exited' });
      await runtime.startTask(task, never);
      expect(await observe(task)).toEqual(failed);
      await end(task);
    });

    it('is measured while it runs, and not when it has ended', async () => {
      const task = taskThat('hangs');
      const measured = async () => {
        const all = measurement.array().parse(await runtime.measure(never));
        return all.filter(({ workloadId }) => workloadId === task.workloadId);
      };
      await runtime.startTask(task, never);
      const [seen] = await eventually(
        async () => {
          const found = await measured();
          expect(found.map(({ processType, memoryBytes }) => [processType, memoryBytes > 0])).toEqual([
            ['release', true],
          ]);
          return found;
        },
        { within: 60_000 },
      );
      const { startedAt } = await untilIs(task, 'running');
      expect(Date.parse(seen?.readySince ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt ?? ''));
      await end(task);
      expect(await measured()).toEqual([]);
    });

    it('starts nothing twice, however often it is asked to', async () => {
      const task = taskThat('hangs');
      await Promise.all([runtime.startTask(task, never), runtime.startTask(task, never)]);
      const { instance } = await untilIs(task, 'running');
      await runtime.startTask(task, never);
      expect(await untilIs(task, 'running')).toMatchObject({ instance });
      await end(task);
    });

    it('tells of its end, and ends what hangs when it is told to, beside instances that stay', async () => {
      const reader = new AbortController();
      const hints: object[] = [];
      const reading = (async () => {
        for await (const hint of runtime.changes(reader.signal)) hints.push(hint);
      })().catch(() => undefined);
      await eventually(() => expect(hints[0]).toEqual({ resync: true }));
      const task = taskThat('hangs');
      await runtime.startTask(task, never);
      await untilIs(task, 'running');
      const other = taskThat('succeeds');
      await runtime.startTask(other, never);
      await untilIs(other, 'ended');
      await eventually(() => expect(hints).toContainEqual({ workloadId: other.workloadId }));
      await end(task);
      expect(await observe(other)).toMatchObject({ state: 'ended' });
      await end(other);
      reader.abort();
      await reading;
    });

    it('that lost its memory started nothing anew, and does not when it is told again', async () => {
      const task = taskThat('hangs');
      await runtime.startTask(task, never);
      await untilIs(task, 'running');
      await harness.loseMemory();
      const after = await eventually(async () => {
        const seen = await observe(task);
        expect([undefined, 'lost']).toContain(seen?.state);
        return seen;
      });
      if (after) {
        await runtime.startTask(task, never);
        expect(await observe(task)).toMatchObject({ state: 'lost', exit: null });
      }
      await end(task);
    });

    it('that cannot be asked says that, and nothing else', async () => {
      const task = taskThat('succeeds');
      await harness.takeDown();
      const { workloadId, taskId } = task;
      await expect(runtime.startTask(task, never)).rejects.toThrow(RuntimeUnavailable);
      await expect(runtime.observeTask(workloadId, taskId, never)).rejects.toThrow(RuntimeUnavailable);
      await expect(runtime.endTask(workloadId, taskId, never)).rejects.toThrow(RuntimeUnavailable);
      await harness.bringUp();
    });
  });
}
