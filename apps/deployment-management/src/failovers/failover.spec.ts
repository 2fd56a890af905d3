import type { Condition } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import { type Candidate, destinationsAmong, whyItStays } from './failover.js';

const now = new Date('2026-11-22T10:00:00.000Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);
const seen = { regions: ['eu'], unreachableSince: ago(1_000), now };
const reachable = (status: Condition['status'], seconds: number): Condition[] => [
  { type: 'Reachable', status, reason: 'x', message: 'x', since: ago(seconds).toISOString() },
];
const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ id: name, name, runtimeVersion: 1, region: 'eu', isOwn: false, isCordoned: false },
  ...{ conditions: reachable('true', 3_600), failedAt: null, isSpaceEnding: false, companions: 0, workloads: 0 },
  ...more,
});
const fitAmong = (...candidates: Candidate[]) => destinationsAmong(candidates, seen).fit.map(({ name }) => name);

describe('where a stranded workload goes', () => {
  it.each<[string, Partial<Candidate>, RegExp | null]>([
    ['it answers and takes something new', {}, null],
    ['it is elsewhere', { region: 'us' }, /not in eu/],
    ['nobody said where it is', { region: null }, /not in eu/],
    ['it is cordoned', { isCordoned: true }, /cordoned/],
    ['it does not answer', { conditions: reachable('false', 3_600) }, /does not answer/],
    [
      'it refuses the platform',
      { conditions: reachable('false', 3_600).map((each) => ({ ...each, reason: 'Refuses' })) },
      /refuses/,
    ],
    ['it answers only since a moment ago', { conditions: reachable('true', 59) }, /moment ago/],
    ['it has answered for a minute', { conditions: reachable('true', 60) }, null],
    ['nobody has looked at it', { conditions: [] }, /not looked at/],
    ['it is the own one, at which nobody looks', { conditions: [], isOwn: true }, null],
    ['it did not arrive there just now', { failedAt: ago(299) }, /tried/],
    ['it did not arrive there some time ago', { failedAt: ago(300) }, null],
    ['its environment is being taken away there', { isSpaceEnding: true }, /takes away/],
  ])('when %s', (_, more, why) => {
    const { fit, refusals } = destinationsAmong([candidate('a', more)], seen);
    expect([fit.length, refusals.length]).toEqual(why === null ? [1, 0] : [0, 1]);
    if (why !== null) expect(refusals[0]).toMatch(why);
  });

  it('is where the others of its environment are, else where least is', () => {
    expect(fitAmong(candidate('full', { workloads: 9 }), candidate('empty'))).toEqual(['empty', 'full']);
    const beside = candidate('beside', { workloads: 9, companions: 2 });
    expect(fitAmong(candidate('empty'), beside)).toEqual(['beside', 'empty']);
  });

  it('is where it failed since its cluster is gone only when there is no other, the longest ago first', () => {
    const failed = (seconds: number) => ({ failedAt: ago(seconds), companions: 2 });
    const before = candidate('before', failed(1_001));
    const others = [candidate('late', failed(400)), candidate('early', failed(500)), candidate('never')];
    expect(fitAmong(...others, before)).toEqual(['before', 'never', 'early', 'late']);
  });

  it('is anywhere for an environment without regions', () =>
    expect(destinationsAmong([candidate('a', { region: null })], { ...seen, regions: [] }).fit).toHaveLength(1));
});

describe('a workload on a cluster that does not answer', () => {
  type Workload = Parameters<typeof whyItStays>[0];
  const release = {
    processes: ['web', 'worker'].map((name) => ({ name })),
  } as Parameters<typeof whyItStays>[1];
  const stays = (workload: Partial<Workload>, workersMayRunTwice = false) =>
    whyItStays({ state: 'running', counts: {}, autoscaling: {}, volumes: [], ...workload }, release, {
      workersMayRunTwice,
    });
  const volumes = [{ id: 'v' }] as unknown as Workload['volumes'];

  it.each<[string, Partial<Workload>, boolean, RegExp | null]>([
    ['leaves when only web runs', {}, false, null],
    ['stays with workers', { counts: { worker: 1 } }, false, /runs worker beside web/],
    [
      'stays with workers that may come by load',
      { autoscaling: { worker: { min: 1, max: 2, cpuPercent: 60 } } },
      false,
      /worker/,
    ],
    ['leaves with workers that may run twice', { counts: { worker: 1 } }, true, null],
    ['leaves when it is stopped', { counts: { worker: 1 }, state: 'stopped' }, false, null],
    ['stays with volumes, whatever is accepted', { volumes }, true, /volumes/],
  ])('%s', (_, workload, accepted, why) =>
    why === null ? expect(stays(workload, accepted)).toBeNull() : expect(stays(workload, accepted)).toMatch(why),
  );

  it('that was never deployed leaves', () =>
    expect(
      whyItStays({ state: 'running', counts: { worker: 1 }, autoscaling: {}, volumes: [] }, undefined, {
        workersMayRunTwice: false,
      }),
    ).toBeNull());
});
