import type { ReleaseStrategy } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import type { CanarySupport } from '../runtime/runtime.js';
import { type Circumstances, isPossible, obstacleTo } from './obstacle.js';

const strategies = {
  rolling: { kind: 'rolling' },
  canary: { kind: 'canary', steps: [{ weight: 10, holdSeconds: 60 }], maxErrorPercent: 5, minRequests: 20 },
  'blue-green': { kind: 'blue-green', holdSeconds: 600, maxErrorPercent: 5, minRequests: 20 },
} satisfies Record<string, ReleaseStrategy>;
type Kind = keyof typeof strategies;

const types = (...names: string[]) => names.map((name) => ({ name })) as unknown as Circumstances['processes'][number];
const nothing: Circumstances = { support: 'counted', volumes: [], autoscaling: {}, further: [], processes: [] };
const volume = (process: string, isDeleted = false) => [{ process, isDeleted }] as unknown as Circumstances['volumes'];
const further = [{ cluster: 'berlin' }] as unknown as Circumstances['further'];
const autoscaling = { web: { min: 1, max: 3, cpuPercent: 70 } };

const wrong = (kind: Kind, over: Partial<Circumstances> = {}) => obstacleTo(strategies[kind], { ...nothing, ...over });

describe('a runtime', () => {
  it.each([
    ['unsupported', ['rolling']],
    ['whole', ['rolling', 'blue-green']],
    ['uncounted', ['rolling', 'canary', 'blue-green']],
    ['counted', ['rolling', 'canary', 'blue-green']],
  ] as [CanarySupport, Kind[]][])('whose canaries are %s releases by %j', (support, kinds) => {
    expect((Object.keys(strategies) as Kind[]).filter((kind) => isPossible(kind, support))).toEqual(kinds);
    expect((Object.keys(strategies) as Kind[]).filter((kind) => wrong(kind, { support }) === null)).toEqual(kinds);
  });
});

describe('what is released by rolling', () => {
  it('may be anything that there is', () => {
    const all = {
      volumes: volume('web'),
      autoscaling,
      further,
      processes: [types('worker')],
      support: 'unsupported' as const,
    };
    expect(wrong('rolling', all)).toBeNull();
  });
});

describe.each(['canary', 'blue-green'] as const)('what is released by %s', (kind) => {
  it('stands on one cluster', () => expect(wrong(kind, { further })).toMatch(/several clusters/));

  it('has no volume with one writer, which two releases would share', () => {
    expect(wrong(kind, { volumes: volume('web') })).toMatch(/one writer/);
    expect(wrong(kind, { volumes: volume('worker') })).toBeNull();
    expect(wrong(kind, { volumes: volume('web', true) })).toBeNull();
  });

  it('has requests to share, in each release that is known', () => {
    expect(wrong(kind, { processes: [types('web', 'worker'), types('worker')] })).toMatch(/no web process/);
    expect(wrong(kind, { processes: [types('web'), types('worker', 'web')] })).toBeNull();
    expect(wrong(kind, { processes: [types()] })).toMatch(/no web process/);
  });

  it('hears of the runtime first, which nothing else can change', () => {
    expect(wrong(kind, { support: 'unsupported', further, volumes: volume('web') })).toMatch(
      /The runtime of this workload/,
    );
  });
});

it('an autoscaler takes instances from what waits for requests, and from no canary', () => {
  expect(wrong('blue-green', { autoscaling })).toMatch(/number of instances of web/);
  expect(wrong('blue-green', { autoscaling: { worker: autoscaling.web } })).toBeNull();
  expect(wrong('canary', { autoscaling })).toBeNull();
});
