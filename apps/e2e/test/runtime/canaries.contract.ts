import { randomUUID } from 'node:crypto';
import { asCanary, type DesiredWorkload, type ObservedWorkload, serves } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { desiredAs, type RuntimeHarness } from './runtime.contract.js';

const never = new AbortController().signal;

/** Two releases of a workload beside each other, on every runtime that can share requests between them. */
export function canariesContract(name: string, start: () => Promise<RuntimeHarness>): void {
  describe(`canaries on ${name}`, () => {
    let harness: RuntimeHarness;
    beforeAll(async () => void (harness = await start()), 600_000);
    afterAll(() => harness.close());

    /** What was stated last, to be stated again when the runtime says that it does not hold any more. */
    const told = new Map<string, DesiredWorkload>();
    const state = async (desired: DesiredWorkload): Promise<void> => {
      told.set(desired.workloadId, desired);
      await harness.runtime.apply(desired, never);
    };
    const kind = () => (harness.runtime.artifactKinds.includes('slug') ? 'slug' : 'image');
    const until = (id: string, check: (observed: ObservedWorkload) => void): Promise<ObservedWorkload> =>
      eventually(
        async () => {
          const observed = await harness.runtime.observe(id, never);
          if (!observed) throw new Error('it knows nothing');
          const last = told.get(id);
          if (last && observed.observedGeneration < last.generation) await harness.runtime.apply(last, never);
          check(observed);
          return observed;
        },
        { within: 60_000 },
      );
    const ofRelease = ({ instances }: ObservedWorkload, release: number) =>
      instances.filter((each) => each.release === release && each.state !== 'stopping');
    const idsOf = (observed: ObservedWorkload, release: number) =>
      ofRelease(observed, release).map(({ id, restarts }) => `${id} ${restarts}`);

    interface Shared {
      readonly id: string;
      readonly stable: DesiredWorkload;
      readonly next: DesiredWorkload;
      readonly stated: (generation: number, weight: number) => Promise<void>;
    }

    /** v1 serves; v2 can be stated beside it. */
    async function stableWith(nextArtifact: string, instances = 1): Promise<Shared> {
      const id = randomUUID();
      const stable = desiredAs(kind(), id, { artifact: harness.good('one'), web: 2 });
      const next = desiredAs(kind(), id, { artifact: nextArtifact, release: 2, web: 2, restartToken: 'token.v2' });
      const { release, environment, restartToken, processes } = next;
      const process = { ...processes[0]!, instances };
      await state(stable);
      await until(id, (seen) => expect(ofRelease(seen, 1).map(serves)).toEqual([true, true]));
      const stated = (generation: number, weight: number) =>
        state({ ...stable, generation, canary: { release, environment, restartToken, process, weight } });
      return { id, stable, next, stated };
    }

    it('are started without requests, get their weight, and take over', async () => {
      const { id, next, stated } = await stableWith(harness.good('two'));
      await stated(2, 0);
      const before = await until(id, (seen) => {
        expect(ofRelease(seen, 2).map(({ state, routed }) => [state, routed])).toEqual([['ready', false]]);
        expect(ofRelease(seen, 1).map(serves)).toEqual([true, true]);
      });
      expect(before).not.toHaveProperty('canaryWeight');
      await stated(3, 25);
      await until(id, (seen) => {
        expect([seen.observedGeneration, seen.canaryWeight]).toEqual([3, 25]);
        expect(ofRelease(seen, 2).map(serves)).toEqual([true]);
      });
      await state({ ...next, generation: 4 });
      const after = await until(id, (seen) => {
        expect(ofRelease(seen, 2).map(serves)).toEqual([true, true]);
        expect(seen.observedGeneration).toBe(4);
        expect(ofRelease(seen, 1).filter(serves)).toEqual([]);
        expect(seen).not.toHaveProperty('canaryWeight');
      });
      const kept = idsOf(after, 2).filter((each) => idsOf(before, 2).includes(each));
      expect(kept).toEqual(harness.replacesCanaries ? [] : idsOf(before, 2));
    });

    it('that are whole get everything at once, and give it back to what was never touched', async () => {
      const { id, stable, stated } = await stableWith(harness.good('two'), 2);
      await stated(2, 0);
      const before = await until(id, (seen) => {
        expect(ofRelease(seen, 2).map(({ state, routed }) => [state, routed])).toEqual(Array(2).fill(['ready', false]));
        expect(ofRelease(seen, 1).map(serves)).toEqual([true, true]);
      });
      await stated(3, 100);
      await until(id, (seen) => {
        expect([seen.observedGeneration, seen.canaryWeight]).toEqual([3, 100]);
        expect(ofRelease(seen, 2).map(serves)).toEqual([true, true]);
      });
      await state({ ...stable, generation: 4 });
      const after = await until(id, (seen) => {
        expect(seen.instances.map(({ release }) => release)).toEqual([1, 1]);
        expect(seen.instances.map(serves)).toEqual([true, true]);
      });
      expect(idsOf(after, 1)).toEqual(idsOf(before, 1));
    });

    it('that are stated no more are gone, and what served before is as it was', async () => {
      const { id, stable, stated } = await stableWith(harness.good('two'));
      await stated(2, 50);
      const before = await until(id, (seen) => expect(seen.canaryWeight).toBe(50));
      await state({ ...stable, generation: 3 });
      const after = await until(id, (seen) => {
        expect(seen.instances.map(({ release }) => release)).toEqual([1, 1]);
        expect(seen.instances.map(serves)).toEqual([true, true]);
      });
      expect(idsOf(after, 1)).toEqual(idsOf(before, 1));
    });

    it('that cannot start disturb nothing', async () => {
      const { id, stated } = await stableWith(harness.crashing());
      await stated(2, 0);
      // A route that was just changed may be known to lead to nobody until its gateway has taken it over.
      await until(id, (seen) => {
        expect(ofRelease(seen, 2)[0]?.trouble).not.toBeNull();
        expect(ofRelease(seen, 1).map(serves)).toEqual([true, true]);
      });
    });

    it('are made from what is stated for them', async () => {
      const { id, next, stable, stated } = await stableWith(harness.good('two'));
      await stated(2, 10);
      const seen = await until(id, (each) => expect(ofRelease(each, 2).map(serves)).toEqual([true]));
      const canary = asCanary({ ...stable, canary: { ...next, process: next.processes[0]!, weight: 10 } });
      expect(ofRelease(seen, 2)[0]).toMatchObject({
        releaseHash: canary?.release.hash,
        artifactDigest: canary?.release.artifact.digest,
        restartToken: 'token.v2',
      });
    });
  });
}
