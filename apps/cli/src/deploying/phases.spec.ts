import { describe, expect, it } from '@jest/globals';
import { phaseOf, phasesOf } from './phases.js';

type Status = Parameters<typeof phaseOf>[0]['status'];
type BuildState = NonNullable<Parameters<typeof phaseOf>[1]>;

const deployment = (status: Status, ...passed: Status[]) => ({
  status,
  buildId: 'b',
  timeline: passed.map((to, index) => ({ sequence: index + 1, at: '', from: null, to, actor: '', message: '' })),
});
const build = (status: BuildState['status'], known: Partial<BuildState> = {}): BuildState => ({
  status,
  startedAt: null,
  commit: null,
  language: null,
  ...known,
});

describe('phaseOf', () => {
  it.each([
    ['queued without a build', deployment('queued'), undefined, 'queued'],
    ['waiting for a slot', deployment('building'), build('queued'), 'queued'],
    ['cloning', deployment('building'), build('cloning'), 'clone'],
    ['detecting', deployment('building'), build('detecting'), 'detect'],
    ['building', deployment('building'), build('building'), 'build'],
    ['publishing', deployment('building'), build('publishing'), 'build'],
    ['preparing', deployment('preparing'), build('succeeded'), 'prepare'],
    ['rolling', deployment('rolling'), build('succeeded'), 'roll'],
    ['shifting', deployment('shifting'), build('succeeded'), 'shift'],
    ['verifying', deployment('verifying'), build('succeeded'), 'verify'],
    ['live', deployment('live'), build('succeeded'), 'verify'],
    ['retired in the meantime', deployment('retired'), undefined, 'verify'],
    [
      'failed while rolling',
      deployment('failed', 'building', 'preparing', 'rolling', 'failed'),
      build('succeeded'),
      'roll',
    ],
    ['failed before a slot was free', deployment('failed', 'building', 'failed'), build('failed'), 'queued'],
    ['failed to clone', deployment('failed'), build('failed', { startedAt: 't' }), 'clone'],
    ['failed to detect', deployment('failed'), build('failed', { startedAt: 't', commit: 'c' }), 'detect'],
    ['failed to build', deployment('failed'), build('failed', { startedAt: 't', language: 'node' }), 'build'],
    ['cancelled while building', deployment('cancelled'), build('cancelled', { language: 'go' }), 'build'],
  ] as const)('of a deployment %s', (_, each, its, phase) => {
    expect(phaseOf(each, its)).toBe(phase);
  });
});

describe('phasesOf', () => {
  it('has no build phases when an artifact is there already', () => {
    expect(phasesOf({ buildId: null, canary: null })).toEqual(['queued', 'prepare', 'roll', 'verify']);
    expect(phasesOf({ buildId: 'b', canary: null })).toHaveLength(7);
  });

  it('has one of its own for a canary', () => {
    const canary = {
      state: 'stepping',
      waitsUntilPromoted: false,
      steps: [],
      step: 0,
      since: null,
      counts: [],
    } as const;
    expect(phasesOf({ buildId: null, canary: { ...canary, steps: [], counts: [] } })).toEqual([
      ...['queued', 'prepare', 'roll', 'shift', 'verify'],
    ]);
  });
});
