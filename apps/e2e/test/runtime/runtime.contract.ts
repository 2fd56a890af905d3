import { createHash, randomUUID } from 'node:crypto';
import { type Runtime, RuntimeUnavailable } from '@berth/deployment-management';
import {
  type DesiredWorkload,
  instanceStats,
  measurement,
  type ObservedInstance,
  observedWorkload,
  type ObservedWorkload,
  serves,
} from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

export type TaskKind = 'succeeds' | 'fails' | 'hangs';

/** One adapter of the Runtime port in a world where it can be tried, and what the world can do to it. */
export interface RuntimeHarness {
  readonly runtime: Runtime;
  /** A canary that takes over is replaced by instances of its release, unlike where it becomes one of them. */
  readonly replacesCanaries?: true;
  /** Digest of an artifact whose `web` serves: the same name, the same digest. */
  good(name: string): string;
  /** Digest of an artifact whose processes end at once with 1. */
  crashing(): string;
  /** Digest of an artifact on which `node task.js` prints, and ends with 0, with 3, or not by itself. */
  task(ending: TaskKind): string;
  /** Whether a process of this machine has that in its command. */
  runs(mark: string): boolean;
  /** Ends an instance from outside. */
  kill(workloadId: string, instanceId: string): Promise<void>;
  /** The runtime is gone and comes back without memory. */
  loseMemory(): Promise<void>;
  takeDown(): Promise<void>;
  bringUp(): Promise<void>;
  close(): Promise<void>;
}

const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const never = new AbortController().signal;

export interface Wanted {
  readonly artifact: string;
  readonly generation?: number;
  readonly release?: number;
  readonly web?: number;
  readonly worker?: number;
  readonly restartToken?: string;
  readonly onTrial?: true;
  readonly links?: DesiredWorkload['links'];
  /** Beside its own. */
  readonly hosts?: readonly string[];
  readonly paths?: DesiredWorkload['paths'];
  readonly protection?: DesiredWorkload['protection'];
}

const processOf = (name: string, instances: number) => ({
  ...{ name, instances, command: `node ${name}.js`, cpuMillicores: 500, memoryMib: 128 },
  health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
});

export const desiredAs = (kind: 'slug' | 'image', workloadId: string, wanted: Wanted): DesiredWorkload => ({
  ...{ workloadId, organizationId: workloadId, projectId: workloadId, environmentId: workloadId, appId: workloadId },
  ...{
    namespace: 'shop-staging-0123456789',
    name: `app-${workloadId.slice(0, 8)}`,
    generation: wanted.generation ?? 1,
  },
  release: {
    number: wanted.release ?? 1,
    hash: hashOf(`${wanted.artifact} ${wanted.release ?? 1}`),
    // As that of every release: it covers what the variables follow from.
    configHash: hashOf(`config${(wanted.links ?? []).filter((link) => !link.isFormer).map(({ name }) => name)}`),
    artifact: { kind, digest: wanted.artifact, sizeBytes: 1 },
  },
  environment: { GREETING: 'hello' },
  processes: [processOf('web', wanted.web ?? 1), processOf('worker', wanted.worker ?? 0)],
  hosts: [`${workloadId}.localhost`, ...(wanted.hosts ?? [])],
  ...(wanted.paths && { paths: wanted.paths }),
  ...(wanted.protection && { protection: wanted.protection }),
  restartToken: wanted.restartToken ?? 'token',
  ...(wanted.onTrial && { onTrial: wanted.onTrial }),
  ...(wanted.links && { links: wanted.links }),
  startDeadlineSeconds: 20,
  stopDeadlineSeconds: 3,
});

/** What the reconciler relies on, whichever world it speaks to. */
export function runtimeContract(name: string, start: () => Promise<RuntimeHarness>): void {
  describe(`the runtime port on ${name}`, () => {
    let harness: RuntimeHarness;
    let runtime: Runtime;
    beforeAll(async () => {
      harness = await start();
      runtime = harness.runtime;
    }, 600_000);
    afterAll(() => harness.close());

    const desiredOf = (id: string, wanted: Wanted) =>
      desiredAs(runtime.artifactKinds.includes('slug') ? 'slug' : 'image', id, wanted);
    const apply = async (id: string, wanted: Wanted) => {
      const desired = desiredOf(id, wanted);
      await runtime.apply(desired, never);
      return desired;
    };
    const observe = async (id: string): Promise<ObservedWorkload> =>
      observedWorkload.parse(await runtime.observe(id, never));
    const until = (id: string, check: (observed: ObservedWorkload) => void): Promise<ObservedWorkload> =>
      eventually(
        async () => {
          const observed = await observe(id);
          check(observed);
          return observed;
        },
        { within: 60_000 },
      );
    /** So many instances are there, serving, of that release and of no other. */
    const untilServing = (id: string, count: number, release = 1) =>
      until(id, ({ instances }) =>
        expect(instances.map((each) => [each.release, each.state, serves(each)])).toEqual(
          Array.from({ length: count }, () => [release, 'ready', true]),
        ),
      );
    /** Another instance, or another start of the same. */
    const startOf = ({ id, restarts }: ObservedInstance) => [id, restarts];
    const ids = ({ instances }: ObservedWorkload) => instances.map((each) => each.id).sort();
    const serving = async (wanted: Partial<Wanted> = {}) => {
      const id = randomUUID();
      const artifact = harness.good('one');
      await apply(id, { artifact, ...wanted });
      return { id, artifact, observed: await untilServing(id, wanted.web ?? 1) };
    };

    it('knows nothing of a workload that it was never told of', async () => {
      const id = randomUUID();
      expect(await runtime.observe(id, never)).toBeNull();
      expect(await runtime.stats(id, never)).toEqual([]);
      expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(false);
      await runtime.remove(id, never);
      expect(await runtime.observe(id, never)).toBeNull();
    });

    it('runs what is desired and says what runs', async () => {
      const { id, artifact, observed } = await serving({ generation: 3 });
      const desired = desiredOf(id, { artifact, generation: 3 });
      expect(observed).toMatchObject({ workloadId: id, observedGeneration: 3, trouble: null });
      expect(observed.instances[0]).toMatchObject({
        ...{ processType: 'web', release: 1, releaseHash: desired.release.hash, artifactDigest: artifact },
        ...{ configHash: desired.release.configHash, restartToken: 'token', cpuMillicores: 500, memoryMib: 128 },
        ...{ state: 'ready', routed: true, trouble: null, readySince: expect.any(String) },
      });
      expect(Date.parse(observed.changedAt)).toBeGreaterThanOrEqual(Date.parse(observed.instances[0]!.readySince!));
    });

    it('routes the host to it, and no other host', async () => {
      const { id } = await serving();
      await until(id, ({ routes }) => expect(routes).toEqual([{ host: `${id}.localhost`, accepted: true }]));
      // What sends requests on may hear of an instance later than the runtime does.
      await eventually(async () =>
        expect(await runtime.probe(`${id}.localhost`, '/', never)).toMatchObject({ answered: true, status: 200 }),
      );
      expect((await runtime.probe(`${randomUUID()}.localhost`, '/', never)).answered).toBe(false);
    });

    it('routes further hosts to what runs, each by itself, and no more once they are stated no more', async () => {
      const { id, artifact, observed } = await serving();
      const [shop, www] = [`${id}.example.com`, `www.${id}.example.com`];
      const told = async (generation: number, hosts: string[]) => {
        await apply(id, { artifact, generation, hosts });
        const all = [`${id}.localhost`, ...hosts];
        const seen = await until(id, ({ observedGeneration, routes }) =>
          expect({ observedGeneration, routes }).toEqual({
            ...{ observedGeneration: generation, routes: all.map((host) => ({ host, accepted: true })) },
          }),
        );
        expect(seen.instances.map(startOf)).toEqual(observed.instances.map(startOf));
      };
      const answers = (host: string, answered: boolean) =>
        eventually(async () => expect((await runtime.probe(host, '/', never)).answered).toBe(answered));
      await told(2, [shop, www]);
      await Promise.all([answers(shop, true), answers(www, true)]);
      await told(3, [www]);
      await Promise.all([answers(shop, false), answers(www, true), answers(`${id}.localhost`, true)]);
    });

    it('routes a path of a host to one and the rest of it to another, whether or not something runs there', async () => {
      const host = `${randomUUID()}.example.com`;
      const paths = [{ host, path: '/api' }];
      const answer = (expected: Record<string, boolean>) =>
        eventually(async () => {
          const answered = async (path: string) => [path, (await runtime.probe(host, path, never)).answered];
          expect(Object.fromEntries(await Promise.all(Object.keys(expected).map(answered)))).toEqual(expected);
        });
      const { id, artifact, observed } = await serving();
      await apply(id, { artifact, generation: 2, paths });
      const routes = [{ host: `${id}.localhost` }, ...paths].map((place) => ({ ...place, accepted: true }));
      const seen = await until(id, (each) => expect(each).toMatchObject({ observedGeneration: 2, routes }));
      expect(seen.instances.map(startOf)).toEqual(observed.instances.map(startOf));
      await answer({ '/': false, '/apis': false, '/api': true, '/api/v1?of=all': true });
      const other = await serving({ hosts: [host] });
      await answer({ '/': true, '/apis': true, '/api': true });
      await apply(id, { artifact, generation: 3, paths, web: 0 });
      await answer({ '/': true, '/apis': true, '/api': false, '/api/v1': false });
      await apply(id, { artifact, generation: 4, web: 0 });
      await answer({ '/': true, '/api': true });
      await until(other.id, (each) => expect(each.routes.map(({ accepted }) => accepted)).toEqual([true, true]));
    });

    it('leads nobody past a protection, on any host', async () => {
      const { id, artifact, observed } = await serving();
      const shop = `${id}.example.com`;
      const ann = { username: 'ann', passwordHash: `$2b$10$${'a'.repeat(53)}` };
      const logins = { version: '0123456789abcdef', known: [ann] };
      const told = { artifact, hosts: [shop] };
      expect(await runtime.refusalOfProtection(never)).toBeNull();
      const answers = (status: number) =>
        eventually(async () => {
          const seen = await Promise.all([`${id}.localhost`, shop].map((host) => runtime.probe(host, '/', never)));
          expect(seen.map((each) => [each.answered, each.status])).toEqual(seen.map(() => [true, status]));
        });
      await apply(id, { ...told, generation: 2, protection: { logins } });
      await answers(401);
      await apply(id, { ...told, generation: 3, protection: { logins, allow: ['198.51.100.0/24'] } });
      await answers(403);
      const after = await eventually(async () => {
        await apply(id, { ...told, generation: 4 });
        const seen = await observe(id);
        expect(seen.observedGeneration).toBe(4);
        return seen;
      });
      await answers(200);
      expect(after.instances.map(startOf)).toEqual(observed.instances.map(startOf));
    });

    it('changes nothing when it is told the same again', async () => {
      const { id, artifact, observed } = await serving({ web: 2 });
      await apply(id, { artifact, web: 2 });
      await apply(id, { artifact, web: 2, generation: 2 });
      const after = await until(id, (each) => expect(each.observedGeneration).toBe(2));
      expect(ids(after)).toEqual(ids(observed));
      expect(after.changedAt).toBe(observed.changedAt);
    });

    it('ignores an older generation', async () => {
      const { id, artifact } = await serving({ generation: 5, release: 1 });
      await apply(id, { artifact: harness.good('two'), generation: 4, release: 2, web: 3 });
      const observed = await untilServing(id, 1);
      expect(observed).toMatchObject({ observedGeneration: 5, instances: [{ artifactDigest: artifact }] });
    });

    it('scales up and down, keeping the instances that stay', async () => {
      const { id, artifact, observed } = await serving();
      await apply(id, { artifact, generation: 2, web: 3 });
      const three = await untilServing(id, 3);
      expect(ids(three)).toEqual(expect.arrayContaining(ids(observed)));
      await apply(id, { artifact, generation: 3, web: 1 });
      const one = await untilServing(id, 1);
      expect(ids(three)).toEqual(expect.arrayContaining(ids(one)));
      expect(Date.parse(one.changedAt)).toBeGreaterThan(Date.parse(three.changedAt));
    });

    it('runs other process types without a route', async () => {
      const id = randomUUID();
      await apply(id, { artifact: harness.good('one'), web: 0, worker: 1 });
      const observed = await untilServing(id, 1);
      expect(observed.instances[0]).toMatchObject({ processType: 'worker', routed: false });
      expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(false);
    });

    it('with nothing wanted runs nothing, and is still known', async () => {
      const { id, artifact } = await serving();
      await apply(id, { artifact, generation: 2, web: 0 });
      await untilServing(id, 0);
      await eventually(async () => expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(false));
      expect(await observe(id)).toMatchObject({ observedGeneration: 2 });
    });

    it('replaces one release by the next, and always has one that answers', async () => {
      const { id } = await serving();
      const host = `${id}.localhost`;
      await eventually(async () => expect((await runtime.probe(host, '/', never)).answered).toBe(true));
      await apply(id, { artifact: harness.good('two'), generation: 2, release: 2 });
      const seen: [answered: boolean, ready: boolean][] = [];
      await eventually(
        async () => {
          const [{ answered }, { instances }] = [await runtime.probe(host, '/', never), await observe(id)];
          seen.push([answered, instances.some(({ state }) => state === 'ready')]);
          expect(instances.map(({ release, state }) => [release, state])).toEqual([[2, 'ready']]);
        },
        { within: 60_000 },
      );
      expect(seen).toEqual(seen.map(() => [true, true]));
    });

    it('lets a release on trial take over, and changes none of its instances when it was found live', async () => {
      const { id } = await serving();
      const next = { artifact: harness.good('two'), generation: 2, release: 2 };
      await apply(id, { ...next, onTrial: true });
      const serves2 = ({ instances }: ObservedWorkload) => {
        expect(instances.filter(serves).map(({ release, state }) => [release, state])).toEqual([[2, 'ready']]);
      };
      const onTrial = await until(id, serves2);
      await apply(id, next);
      const live = await untilServing(id, 1, 2);
      expect(live).not.toHaveProperty('onTrial');
      const [before] = onTrial.instances.filter(serves);
      expect(startOf(live.instances[0]!)).toEqual(startOf(before!));
      expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(true);
    });

    it('lets go of a link of the release before when the next one was found live, and replaces nothing for that', async () => {
      const link = { workloadId: randomUUID(), name: 'billing', host: 'billing.localhost' };
      const { id } = await serving({ links: [link] });
      const next = { artifact: harness.good('two'), generation: 2, release: 2 };
      await apply(id, { ...next, onTrial: true, links: [{ ...link, isFormer: true }] });
      const onTrial = await until(id, (observed) => {
        expect(observed.instances.filter(serves).map(({ release, state }) => [release, state])).toEqual([[2, 'ready']]);
        // Whoever keeps the world true is told by this that something is left to be stated.
        expect(observed.onTrial).toBe(true);
      });
      await apply(id, next);
      const live = await untilServing(id, 1, 2);
      expect(live).not.toHaveProperty('onTrial');
      expect(live.observedGeneration).toBe(2);
      expect(startOf(live.instances[0]!)).toEqual(startOf(onTrial.instances.filter(serves)[0]!));
    });

    it('keeps the release before while the next one fails, and says why it does', async () => {
      const { id, artifact, observed } = await serving();
      await apply(id, { artifact: harness.crashing(), generation: 2, release: 2 });
      const failing = await until(id, ({ instances }) => {
        const broken = instances.find((each) => each.release === 2 && each.restarts >= 1);
        expect(['crash_loop', 'start_failed']).toContain(broken?.trouble?.cause);
      });
      expect(failing.instances.find((each) => each.release === 1)).toMatchObject({ state: 'ready', routed: true });
      expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(true);

      await apply(id, { artifact, generation: 3 });
      expect(ids(await untilServing(id, 1))).toEqual(ids(observed));
    });

    it('replaces every instance when the restart token changes', async () => {
      const { id, artifact, observed } = await serving({ web: 2 });
      await apply(id, { artifact, generation: 2, web: 2, restartToken: 'other' });
      const after = await until(id, ({ instances }) =>
        expect(instances.map((each) => [each.restartToken, each.state])).toEqual([
          ['other', 'ready'],
          ['other', 'ready'],
        ]),
      );
      expect(ids(after).some((each) => ids(observed).includes(each))).toBe(false);
    });

    it('keeps true what it was told: an instance that is killed comes back by itself', async () => {
      const { id, observed } = await serving();
      await harness.kill(id, observed.instances[0]!.id);
      await until(id, ({ instances }) => {
        expect(instances).toMatchObject([{ state: 'ready', release: 1 }]);
        expect(startOf(instances[0]!)).not.toEqual(startOf(observed.instances[0]!));
      });
      await eventually(async () => expect((await runtime.probe(`${id}.localhost`, '/', never)).answered).toBe(true));
    });

    it('tells of each change of a workload, after a resync to begin with', async () => {
      const reader = new AbortController();
      const hints: object[] = [];
      const reading = (async () => {
        for await (const hint of runtime.changes(reader.signal)) hints.push(hint);
      })().catch(() => undefined);
      await eventually(() => expect(hints[0]).toEqual({ resync: true }));
      const { id } = await serving();
      await eventually(() => expect(hints).toContainEqual({ workloadId: id }));
      reader.abort();
      await reading;
    });

    it('measures each instance against its limits', async () => {
      const { id, observed } = await serving({ web: 2 });
      const stats = await eventually(async () => {
        const samples = instanceStats.array().parse(await runtime.stats(id, never));
        expect(samples.every((each) => each.memoryBytes > 0)).toBe(true);
        expect(samples).toHaveLength(2);
        return samples;
      });
      expect(stats.map((each) => each.instance).sort()).toEqual(ids(observed));
      expect(stats[0]).toMatchObject({ cpuLimitMillicores: 500, memoryLimitBytes: 128 * 1_048_576, state: 'ready' });
    });

    it('measures all instances that are ready by one question, of whichever workload', async () => {
      const [two, one] = [await serving({ web: 2 }), await serving()];
      const measured = await eventually(async () => {
        const all = measurement.array().parse(await runtime.measure(never));
        const own = all.filter(({ workloadId }) => workloadId === two.id);
        expect(own.map(({ memoryBytes }) => memoryBytes > 0)).toEqual([true, true]);
        expect(all.some(({ workloadId }) => workloadId === one.id)).toBe(true);
        return own;
      });
      const sinceOf = ({ instances }: ObservedWorkload) => instances.map(({ readySince }) => readySince).sort();
      expect(measured.map(({ readySince }) => readySince).sort()).toEqual(sinceOf(two.observed));
      expect(measured[0]?.processType).toBe('web');
    });

    it('ends a stream of logs that is not followed', async () => {
      const { id } = await serving();
      for await (const line of runtime.logs(id, { follow: false }, never)) expect(line.instance).toMatch(/^web-/);
    });

    it('removes everything of a workload, and nothing of another', async () => {
      const [gone, stays] = [await serving(), await serving()];
      await runtime.remove(gone.id, never);
      await runtime.remove(gone.id, never);
      await eventually(async () => expect(await runtime.observe(gone.id, never)).toBeNull());
      await eventually(async () =>
        expect((await runtime.probe(`${gone.id}.localhost`, '/', never)).answered).toBe(false),
      );
      expect(ids(await observe(stays.id))).toEqual(ids(stays.observed));
      await apply(gone.id, { artifact: gone.artifact });
      await untilServing(gone.id, 1);
    });

    it('that lost its memory says so, and runs everything again when it is told', async () => {
      const { id, artifact } = await serving({ generation: 7 });
      await harness.loseMemory();
      await eventually(async () => expect(await runtime.observe(id, never)).toBeNull());
      await apply(id, { artifact, generation: 7 });
      expect(await untilServing(id, 1)).toMatchObject({ observedGeneration: 7 });
    });

    it('that cannot be asked says that, and nothing else', async () => {
      const { id, artifact } = await serving();
      await harness.takeDown();
      const calls = [
        () => runtime.observe(id, never),
        () => runtime.apply(desiredOf(id, { artifact }), never),
        () => runtime.remove(id, never),
        () => runtime.stats(id, never),
        () => runtime.measure(never),
        async () => {
          for await (const _ of runtime.changes(never)) break;
        },
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(RuntimeUnavailable);
      await harness.bringUp();
      await apply(id, { artifact, generation: 2 });
      await untilServing(id, 1);
    });
  });
}
