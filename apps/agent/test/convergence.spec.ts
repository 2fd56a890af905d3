import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { desiredOf, HOST, nextRelease, processesOf, TestAgent, web, worker } from './support/test-agent.js';

let agent: TestAgent;
const applied = new Set<string>();

beforeAll(async () => {
  agent = await TestAgent.start({ tuning: { backoff: 50, backoffMax: 200 } });
});
afterEach(async () => {
  agent.router.broken = false;
  for (const id of applied) await agent.remove(id);
  applied.clear();
});
afterAll(() => agent.dispose());

async function apply(desired: DesiredWorkload): Promise<string> {
  applied.add(desired.workloadId);
  await agent.client.apply(desired);
  return desired.workloadId;
}

/** A generator of numbers below `bound` that is the same in each run. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % bound;
  };
}

const summaryOf = ({ instances }: ObservedWorkload): string[] =>
  instances.map(({ processType, release, state }) => `${processType} v${release} ${state}`).sort();

describe('whatever was asked for in between', () => {
  it('the last of several releases in a row is what runs, and no instance of another one is left', async () => {
    const first = desiredOf(agent.slug('v1'), [web()]);
    const id = await apply(first);
    await agent.untilReady(id);
    let last = first;
    const seen = new Set<string>();
    for (const version of ['v2', 'v3', 'v4', 'v5']) {
      last = nextRelease(last, agent.slug(version));
      await apply(last);
      for (const instance of (await agent.client.observe(id)).instances) seen.add(instance.id);
    }
    await agent.until(id, (observed) => expect(summaryOf(observed)).toEqual(['web v5 ready']));
    const [left] = (await agent.client.observe(id)).instances;
    await eventually(() => expect(processesOf([...seen].filter((each) => each !== left?.id))).toEqual([]));
    expect(agent.router.upstreams(HOST).map((upstream) => upstream.id)).toEqual([left?.id]);
  });

  it('a workload scaled up and down at once has as many instances as were asked for last', async () => {
    const desired = desiredOf(agent.slug('v1'), [worker('node ticker.js')]);
    const id = await apply(desired);
    const counts = [3, 0, 2, 4, 1, 2];
    for (const [at, instances] of counts.entries())
      await apply({ ...desired, generation: at + 2, processes: [worker('node ticker.js', { instances })] });
    await agent.untilReady(id, 2);
    const { instances } = await agent.client.observe(id);
    expect(readdirSync(join(agent.folder, 'agent/ledger')).sort()).toEqual(
      instances.map((instance) => `${instance.id}.json`).sort(),
    );
  });

  it('a process type that is no longer named is ended, the others are left alone', async () => {
    const desired = desiredOf(agent.slug('v1'), [web(), worker('node ticker.js')]);
    const id = await apply(desired);
    const before = await agent.untilReady(id, 2);
    await apply({ ...desired, generation: 2, processes: [web()] });
    const after = await agent.untilReady(id);
    expect(after.instances).toEqual(before.instances.filter(({ processType }) => processType === 'web'));
  });

  it('a workload stopped and started again is routed again', async () => {
    const desired = desiredOf(agent.slug('v1'), [web()]);
    const id = await apply(desired);
    await agent.untilReady(id);
    await apply({ ...desired, generation: 2, processes: [web('node server.js', { instances: 0 })] });
    const stopped = await agent.until(id, ({ instances }) => expect(instances).toEqual([]));
    expect(stopped.routes).toEqual([{ host: HOST, accepted: false }]);
    expect(agent.router.tables.at(-1)?.routes).toContainEqual({ host: HOST, workloadId: id, upstreams: [] });
    await apply({ ...desired, generation: 3 });
    expect((await agent.untilReady(id)).routes).toEqual([{ host: HOST, accepted: true }]);
  });

  it('a host that is added or taken away changes the routes and no instance', async () => {
    const desired = desiredOf(agent.slug('v1'), [web()]);
    const id = await apply(desired);
    const before = await agent.untilReady(id);
    await apply({ ...desired, generation: 2, hosts: ['one.localhost', 'two.localhost'] });
    const after = await agent.until(id, ({ routes }) =>
      expect(routes).toEqual([
        { host: 'one.localhost', accepted: true },
        { host: 'two.localhost', accepted: true },
      ]),
    );
    expect(after.instances).toEqual(before.instances);
    expect(agent.router.upstreams(HOST)).toEqual([]);
  });

  it('a slow start is waited for until its deadline', async () => {
    const id = await apply(desiredOf(agent.slug('v1'), [web('node late.js')]));
    const ready = await agent.untilReady(id);
    expect(ready.instances[0]).toMatchObject({ restarts: 0, trouble: null });
  });
});

describe('while the router is down', () => {
  it('a new release waits beside the old one, which goes on, and takes over when the router is back', async () => {
    const first = desiredOf(agent.slug('v1'), [web()]);
    const id = await apply(first);
    const before = (await agent.untilReady(id)).instances[0];
    agent.router.broken = true;
    await apply(nextRelease(first, agent.slug('v2')));
    const waiting = await agent.until(id, (observed) =>
      expect(summaryOf(observed)).toEqual(['web v1 ready', 'web v2 ready']),
    );
    expect(waiting.instances.map(({ routed }) => routed)).toEqual([true, false]);
    agent.router.broken = false;
    const after = await agent.until(id, (observed) => expect(summaryOf(observed)).toEqual(['web v2 ready']));
    expect(after.instances[0]?.routed).toBe(true);
    expect(processesOf([before?.id ?? ''])).toEqual([]);
  });

  it('a first release is not told as reachable', async () => {
    agent.router.broken = true;
    const id = await apply(desiredOf(agent.slug('v1'), [web()]));
    const observed = await agent.until(id, ({ instances }) => expect(instances[0]?.state).toBe('ready'));
    expect(observed.routes).toEqual([{ host: HOST, accepted: false }]);
    agent.router.broken = false;
    await agent.until(id, ({ routes }) => expect(routes[0]?.accepted).toBe(true));
  });
});

describe('after any faults', () => {
  it.each([1, 2, 3])(
    'what runs equals what is wanted, with nothing left over (seed %i)',
    async (seed) => {
      const pick = seeded(seed);
      const digests = ['v1', 'v2', 'v3'].map((version) => agent.slug(version));
      const shapes = [1, 2].map((instances) =>
        desiredOf('', [web('node server.js', { instances })], { hosts: [`chaos-${instances}`] }),
      );
      const wanted = new Map<string, DesiredWorkload>();
      const everSeen = new Set<string>();
      const seenProcesses = async () => {
        for (const each of wanted.keys())
          for (const instance of (await agent.client.observe(each)).instances) everSeen.add(instance.id);
        return processesOf([...everSeen]);
      };
      for (let round = 0; round < 25; round++) {
        const shape = shapes[pick(shapes.length)] as DesiredWorkload;
        const artifact = { ...shape.release.artifact, digest: digests[pick(3)] as string };
        const desired = {
          ...shape,
          generation: round + 1,
          release: { ...shape.release, hash: artifact.digest, artifact },
        };
        wanted.set(await apply(desired), desired);
        const pids = await seenProcesses();
        const victim = pids[pick(Math.max(1, pids.length))];
        if (victim !== undefined && pick(2) === 0) killIfAlive(victim);
        agent.router.broken = pick(4) === 0;
        if (pick(3) === 0) await eventually(async () => expect(await seenProcesses()).not.toEqual([]));
      }
      agent.router.broken = false;
      const alive: string[] = [];
      for (const [id, desired] of wanted) {
        const observed = await agent.until(id, ({ instances, routes }) => {
          const shown = instances.map((each) => [each.artifactDigest, each.state, each.routed]);
          const count = desired.processes[0]?.instances ?? 0;
          expect(shown).toEqual(Array.from({ length: count }, () => [desired.release.artifact.digest, 'ready', true]));
          expect(routes[0]?.accepted).toBe(true);
        });
        alive.push(...observed.instances.map((instance) => instance.id));
      }
      // The last one that was killed may have been shown as ready a moment longer: it comes back under its name.
      await eventually(() => {
        expect(readdirSync(join(agent.folder, 'agent/ledger')).sort()).toEqual(alive.map((id) => `${id}.json`).sort());
        expect(processesOf([...everSeen].filter((id) => !alive.includes(id)))).toEqual([]);
        expect(readdirSync(join(agent.folder, 'agent/instances')).sort()).toEqual(alive.toSorted());
      });
    },
    300_000,
  );
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
