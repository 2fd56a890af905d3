import type { DesiredWorkload, ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import { cause, failure } from '@berth/contracts/common';
import { isCurrent, isServed, judgeRollout, mayPass, type Rollout } from './rollout.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const process = (name: string, instances: number) => ({
  ...{ name, instances, command: 'run', cpuMillicores: 250, memoryMib: 256 },
  health: { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
});
const desired: DesiredWorkload = {
  ...{ workloadId: 'w', organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a' },
  ...{ namespace: 'n', name: 'web', generation: 4, environment: {}, hosts: ['h'], restartToken: 't.v2' },
  release: {
    number: 2,
    hash: digest('a'),
    configHash: digest('b'),
    artifact: { kind: 'slug', digest: digest('c'), sizeBytes: 1 },
  },
  processes: [process('web', 2), process('worker', 0)],
  ...{ startDeadlineSeconds: 60, stopDeadlineSeconds: 10 },
};
const instance = (over: Partial<ObservedInstance> = {}): ObservedInstance => ({
  ...{ id: 'web-1', processType: 'web', release: 2, releaseHash: digest('a'), artifactDigest: digest('c') },
  ...{ configHash: digest('b'), restartToken: 't.v2', cpuMillicores: 250, memoryMib: 256, state: 'ready' },
  ...{ routed: true, restarts: 0, startedAt: '', readySince: '', lastExit: null, trouble: null },
  ...over,
});
const old = (over: Partial<ObservedInstance> = {}) => instance({ release: 1, releaseHash: digest('0'), ...over });
const observed = (instances: ObservedInstance[], over: Partial<ObservedWorkload> = {}): ObservedWorkload => ({
  ...{ workloadId: 'w', observedGeneration: 4, instances, routes: [], changedAt: '', trouble: null },
  ...over,
});
const trouble = { cause: 'crash_loop' as const, message: 'It ended with 1.', evidence: ['boom'] };
const two = [instance(), instance({ id: 'web-2' })];

describe('a rollout is done', () => {
  it.each([
    ['when every instance runs what is desired and is ready', two],
    ['although instances of the release before still end', [...two, old({ state: 'stopping' })]],
    ['although the runtime holds instances of the release before, without requests', [...two, old({ routed: false })]],
    ['although an instance had crashed before it became ready', [instance({ restarts: 3 }), instance()]],
  ])('%s', (_name, instances) => {
    expect(judgeRollout(desired, observed(instances))).toEqual({ kind: 'rolled' });
  });

  it('when nothing is wanted and nothing is there', () => {
    const stopped = { ...desired, processes: [process('web', 0)] };
    expect(judgeRollout(stopped, observed([])).kind).toBe('rolled');
  });
});

describe('a workload is served', () => {
  const worker = instance({ processType: 'worker', routed: false });
  it.each([
    ['by an instance that gets requests', [instance(), instance({ routed: false })], true],
    ['by a worker that is ready', [worker], true],
    ['by nobody while the gateway lists no instance yet', [instance({ routed: false })], false],
    ['by nobody while none is ready', [instance({ readySince: null }), { ...worker, readySince: null }], false],
    ['by nobody when nothing is there', [], false],
  ])('%s', (_name, instances, is) => expect(isServed(desired, observed(instances))).toBe(is));

  it('when nothing is wanted, whatever the runtime says, and not when it knows nothing', () => {
    expect(isServed({ ...desired, processes: [process('web', 0)] }, null)).toBe(true);
    expect(isServed(desired, null)).toBe(false);
  });
});

describe('a rollout goes on', () => {
  it.each([
    ['while the runtime knows nothing of it', null],
    ['while the runtime works on an older generation', observed(two, { observedGeneration: 3 })],
    ['while one is missing', observed([instance()])],
    ['while one is starting', observed([instance(), instance({ state: 'starting' })])],
    ['while one is unready', observed([instance(), instance({ state: 'unready' })])],
    ['while a canary leaves that may still be sent requests', observed(two, { canaryLeaves: true })],
    ['while one too many serves', observed([...two, instance()])],
    ['while one of a type that is not wanted serves', observed([...two, instance({ processType: 'worker' })])],
    ['while one of the release before serves', observed([...two, old()])],
    ['while a worker of the release before serves', observed([...two, old({ processType: 'worker', routed: false })])],
    ['while one of the release before starts', observed([...two, old({ state: 'starting' })])],
    ['when an instance has another release', observed([instance(), instance({ releaseHash: digest('9') })])],
    ['when an instance has another artifact', observed([instance(), instance({ artifactDigest: digest('9') })])],
    ['when an instance has another config', observed([instance(), instance({ configHash: digest('9') })])],
    ['when an instance is of before the restart', observed([instance(), instance({ restartToken: 't.v1' })])],
    ['after a first crash', observed([instance(), instance({ state: 'backoff', trouble })])],
    ['when the release before is in trouble', observed([...two, old({ state: 'backoff', restarts: 9, trouble })])],
  ])('%s', (_name, world) => {
    expect(judgeRollout(desired, world).kind).toBe('progressing');
  });

  it('and says how far it is, without times', () => {
    expect(judgeRollout(desired, observed([instance()]))).toMatchObject({ message: '1 of 2 web instances are ready' });
  });
});

describe('a rollout has failed', () => {
  it('when an instance of the new release ended twice', () => {
    const failing = instance({ state: 'backoff', restarts: 1, trouble });
    expect(judgeRollout(desired, observed([instance(), failing]))).toMatchObject({
      kind: 'failed',
      failure: { cause: 'crash_loop', message: 'It ended with 1.', evidence: ['boom'] },
    });
  });

  it('when the workload as a whole is in trouble', () => {
    const world = observed([], { trouble: { cause: 'storage_full', message: 'The disk is full.', evidence: [] } });
    expect(judgeRollout(desired, world)).toMatchObject({ failure: { cause: 'storage_full' } });
  });

  it('with no more evidence than an answer may hold', () => {
    const evidence = Array.from({ length: 80 }, (_, line) => `${line} ${'x'.repeat(3_000)}`);
    const world = observed([], { trouble: { cause: 'internal', message: 'y'.repeat(2_000), evidence } });
    const rollout = judgeRollout(desired, world);
    if (rollout.kind !== 'failed') throw new Error(rollout.kind);
    expect(rollout.failure.evidence).toHaveLength(50);
    expect(rollout.failure.evidence.at(-1)).toMatch(/^79 x{1997}$/);
    expect(rollout.failure.message).toHaveLength(1_000);
    expect(rollout.failure.nextStep).not.toBe('');
  });
});

it('an instance is current only when artifact, config, release and restart are those desired', () => {
  expect(isCurrent(instance(), desired)).toBe(true);
  for (const field of ['releaseHash', 'artifactDigest', 'configHash', 'restartToken'] as const)
    expect(isCurrent(instance({ [field]: digest('f') }), desired)).toBe(false);
});

const foundIn = (rollout: Rollout) => {
  if (rollout.kind === 'failed') return rollout.failure;
  return rollout.kind === 'progressing' ? rollout.hindrance : undefined;
};

describe('what hinders a rollout that goes on', () => {
  const without = { cause: 'unschedulable' as const, message: 'No room.', evidence: ['0/3 nodes are available'] };
  const starting = (over: Partial<ObservedInstance>) => instance({ state: 'starting', routed: false, ...over });

  it.each(['quota_exceeded', 'unschedulable'] as const)('is %s of the workload, and is what it says', (name) => {
    const world = observed(two, { trouble: { ...without, cause: name } });
    expect(judgeRollout(desired, world)).toMatchObject({
      ...{ kind: 'progressing', message: 'No room.' },
      hindrance: { cause: name, message: 'No room.', evidence: without.evidence },
    });
  });

  it('is what an instance waits for that has not started yet, before what others may get over by themselves', () => {
    const world = observed([starting({ trouble }), starting({ id: 'web-2', trouble: without })]);
    expect(judgeRollout(desired, world)).toMatchObject({ message: 'No room.', hindrance: { cause: 'unschedulable' } });
  });

  it('hides nothing of an instance that crashed again', () => {
    const world = observed([instance(), instance({ state: 'backoff', restarts: 1, trouble })], { trouble: without });
    expect(judgeRollout(desired, world)).toMatchObject({ kind: 'failed', failure: { cause: 'crash_loop' } });
  });

  it('is a first crash, which does not say yet that it fails', () => {
    expect(judgeRollout(desired, observed([instance(), instance({ state: 'backoff', trouble })]))).toMatchObject({
      ...{ kind: 'progressing', message: '1 of 2 web instances are ready' },
      hindrance: { cause: 'crash_loop', evidence: ['boom'] },
    });
  });

  it.each([
    ['of another release', old({ state: 'starting', trouble: without })],
    ['that ends', instance({ state: 'stopping', trouble: without })],
    ['that is ready', instance({ trouble: without })],
  ])('is nothing of an instance %s', (_name, other) => {
    expect(judgeRollout(desired, observed([instance({ state: 'starting' }), other]))).not.toHaveProperty('hindrance');
  });
});

describe('every cause that there is', () => {
  /** Found by the build service, by this service itself, or no failure at all: a runtime never reports them. */
  const foundElsewhere = new Set([
    ...['source_not_found', 'source_denied', 'source_too_large', 'detect_failed', 'toolchain_missing'],
    ...['build_failed', 'build_out_of_memory', 'config_invalid', 'timeout', 'cancelled', 'superseded', 'internal'],
    ...['task_failed', 'registry_unavailable', 'canary_failed'],
  ]);
  const steps = new Map<string, string>();

  it.each(cause.options)('%s reported by the runtime has evidence and a next step', (reported) => {
    const without = { cause: reported, message: 'It did not work.', evidence: [] };
    const exit = { code: 137, signal: null, at: '', reason: 'out_of_memory' as const };
    const failing = instance({ state: 'backoff', restarts: 1, trouble: without, lastExit: exit });
    for (const world of [observed([failing]), observed([], { trouble: without })]) {
      const found = foundIn(judgeRollout(desired, world));
      expect(failure.parse(found)).toMatchObject({ cause: reported });
      expect(found?.evidence.length).toBeGreaterThan(0);
      expect(found?.nextStep.length).toBeGreaterThan(20);
      steps.set(reported, found?.nextStep ?? '');
    }
  });

  it('has a next step of its own where a runtime may report it', () => {
    const unspecific = [...steps].filter(
      ([reported, step]) => !foundElsewhere.has(reported) && step.startsWith('Read the evidence'),
    );
    expect(unspecific).toEqual([]);
  });

  it('shows how an instance ended when the runtime gives no evidence', () => {
    const exit = { code: 3, signal: null, at: '', reason: 'exited' as const };
    const failing = instance({ state: 'backoff', restarts: 2, lastExit: exit, trouble: { ...trouble, evidence: [] } });
    expect(judgeRollout(desired, observed([failing]))).toMatchObject({
      failure: { evidence: ['web-1: v2, backoff, 2 restarts, ended last with code 3 (exited)'] },
    });
  });
});

it('has failed for good but for want of room, which others may make', () => {
  const passing = cause.options.filter((each) => mayPass({ cause: each }));
  expect(passing).toEqual(['quota_exceeded', 'unschedulable']);
});
