import { createHash, randomUUID } from 'node:crypto';
import type { Runtime } from '@berth/deployment-management';
import type { DesiredFile, DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** One adapter of the Runtime port in a world that shows what its processes find. */
export interface FilesHarness {
  readonly runtime: Runtime;
  /** Digest of an artifact whose `web` shows what it finds, and whose `task.js` does. */
  readonly artifact: string;
  /** Contents in base64, by path below the folder of files, of each instance; null where there is no such folder. */
  found(desired: DesiredWorkload): Promise<(Record<string, string> | null)[]>;
  foundBy(task: DesiredTask): Promise<Record<string, string> | null>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const patient = { within: 60_000 };
const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const fileOf = (path: string, content: string | Buffer): DesiredFile => ({
  path,
  content: Buffer.from(content as string).toString('base64'),
});
const byPath = (files: readonly DesiredFile[]) => Object.fromEntries(files.map(({ path, content }) => [path, content]));

const first = [fileOf('nginx.conf', 'events {}\n'), fileOf('tls/key.der', Buffer.from([0, 255, 128, 10]))];
const second = [fileOf('empty', ''), fileOf('nginx.conf', 'events { }\n')];

/** That what of a config is a file is there for what runs, whichever world it runs in. */
export function filesContract(name: string, start: () => Promise<FilesHarness>): void {
  describe(`files on ${name}`, () => {
    let harness: FilesHarness;
    beforeAll(async () => void (harness = await start()), 600_000);
    afterAll(() => harness.close());

    const desiredOf = (id: string, generation: number, files?: DesiredFile[]): DesiredWorkload => ({
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id, generation },
      ...{ namespace: 'shop-files-0123456789', name: `app-${id.slice(0, 8)}` },
      release: {
        ...{ number: generation, hash: hashOf(`${id} ${generation}`), configHash: hashOf(JSON.stringify(files ?? [])) },
        artifact: {
          kind: harness.runtime.artifactKinds.includes('slug') ? 'slug' : 'image',
          ...{ digest: harness.artifact, sizeBytes: 1 },
        },
      },
      environment: { GREETING: 'hello' },
      ...(files && { files }),
      processes: [
        {
          ...{ name: 'web', instances: 2, command: 'node web.js', cpuMillicores: 100, memoryMib: 128 },
          health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
        },
      ],
      ...{ hosts: [`${id}.localhost`], restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
    });
    const untilFound = (desired: DesiredWorkload, expected: Record<string, string> | null) =>
      eventually(async () => expect(await harness.found(desired)).toEqual([expected, expected]), patient);

    it('are those of the release, for each instance, also after another release and back', async () => {
      const id = randomUUID();
      const steps: [DesiredFile[] | undefined, Record<string, string> | null][] = [
        [first, byPath(first)],
        [second, byPath(second)],
        [undefined, null],
        [first, byPath(first)],
      ];
      for (const [at, [files, expected]] of steps.entries()) {
        const desired = desiredOf(id, at + 1, files);
        await harness.runtime.apply(desired, never);
        await untilFound(desired, expected);
      }
      await harness.runtime.remove(id, never);
      await eventually(async () => expect(await harness.runtime.observe(id, never)).toBeNull(), patient);
    });

    it('are there for a command that runs once', async () => {
      const { generation: _, processes: _p, hosts: _h, restartToken: _r, ...rest } = desiredOf(randomUUID(), 1, first);
      const { startDeadlineSeconds: _s, ...place } = rest;
      const process = { name: 'release', command: 'node task.js', cpuMillicores: 100, memoryMib: 128 };
      const task: DesiredTask = { ...place, taskId: randomUUID(), process, deadlineSeconds: 60 };
      await harness.runtime.startTask(task, never);
      await eventually(async () => expect(await harness.foundBy(task)).toEqual(byPath(first)), patient);
      await harness.runtime.endTask(task.workloadId, task.taskId, never);
      const observed = () => harness.runtime.observeTask(task.workloadId, task.taskId, never);
      await eventually(async () => expect(await observed()).toBeNull(), patient);
    });
  });
}
