import {
  type SharingStrategy,
  type DeploymentStatus,
  deploymentStatus,
  phaseDeadlines,
  releaseStrategy,
  type TimelineEntry,
} from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import { newCanary } from '../canaries/canary.js';
import { deadlineFor, durationsOf, isMoving, isOnRuntime, isPhase, isReplaceable, mayMove } from './deployment.js';

/** Row by row: from here to there and nowhere else. */
const moves: Record<DeploymentStatus, string> = {
  queued: 'building preparing failed cancelled superseded',
  building: 'preparing failed cancelled superseded',
  preparing: 'rolling failed cancelled',
  rolling: 'shifting verifying failed cancelled',
  shifting: 'verifying failed cancelled superseded',
  verifying: 'live failed cancelled',
  live: 'retired',
  retired: '',
  failed: '',
  cancelled: '',
  superseded: '',
};

describe('a deployment moves', () => {
  const pairs = deploymentStatus.options.flatMap((from) => deploymentStatus.options.map((to) => [from, to] as const));
  it.each(pairs)('from %s to %s only if the state machine has that arrow', (from, to) => {
    expect(mayMove(from, to)).toBe(moves[from].split(' ').includes(to));
  });

  it('from every phase to its end by failure and by cancel', () => {
    for (const status of deploymentStatus.options.filter(isPhase))
      expect([mayMove(status, 'failed'), mayMove(status, 'cancelled')]).toEqual([true, true]);
  });
});

it.each([
  ['queued', { replaceable: true, moving: false, onRuntime: false }],
  ['building', { replaceable: true, moving: false, onRuntime: false }],
  ['preparing', { replaceable: false, moving: true, onRuntime: false }],
  ['rolling', { replaceable: false, moving: true, onRuntime: true }],
  ['shifting', { replaceable: false, moving: true, onRuntime: true }],
  ['verifying', { replaceable: false, moving: true, onRuntime: true }],
  ['live', { replaceable: false, moving: false, onRuntime: false }],
] as const)('%s is %j', (status, expected) => {
  const found = { replaceable: isReplaceable(status), moving: isMoving(status), onRuntime: isOnRuntime(status) };
  expect(found).toEqual(expected);
});

it('waits longer in the queue when it waits for a build slot, and shifts for as long as its steps are held', () => {
  const deadlines = phaseDeadlines.parse({ queued: 1, buildSlot: 2, building: 60, rolling: 5, shifting: 7 });
  const strategy = releaseStrategy.parse({
    kind: 'canary',
    steps: [10, 50].map((weight) => ({ weight, holdSeconds: 30 })),
  });
  const canary = newCanary(strategy as SharingStrategy, { cpuMillicores: 0, memoryMib: 0 });
  expect(deadlineFor('queued', { buildId: null, canary: null }, deadlines)).toBe(1);
  expect(deadlineFor('queued', { buildId: 'b', canary: null }, deadlines)).toBe(2);
  expect(deadlineFor('rolling', { buildId: 'b', canary }, deadlines)).toBe(5);
  expect(deadlineFor('shifting', { buildId: 'b', canary }, deadlines)).toBe(67);
  const waits = { ...canary, waitSeconds: 900 };
  expect(deadlineFor('shifting', { buildId: 'b', canary: waits }, deadlines)).toBe(900);
  expect(deadlineFor('shifting', { buildId: 'b', canary: { ...waits, promotedAt: '' } }, deadlines)).toBe(67);
  expect(deadlineFor('building', { buildId: 'b', canary: null }, deadlines)).toBe(62);
});

describe('durations', () => {
  const at = (second: number) => `2026-11-21T10:00:${String(second).padStart(2, '0')}.000Z`;
  const entry = (to: DeploymentStatus, second: number): TimelineEntry => ({
    ...{ sequence: 1, from: null, actor: 'platform', message: '' },
    ...{ to, at: at(second) },
  });
  it.each([
    ['of nothing', [], {}],
    ['of a phase that goes on', [entry('queued', 0)], { queued: 9_000 }],
    [
      'of phases that ended',
      [entry('queued', 0), entry('building', 2), entry('failed', 5)],
      { queued: 2_000, building: 3_000 },
    ],
    [
      'of a clock that was set back',
      [entry('queued', 5), entry('building', 2), entry('failed', 3)],
      { queued: 0, building: 1_000 },
    ],
  ])('%s', (_name, timeline, expected) => {
    expect(durationsOf(timeline, new Date(at(9)))).toEqual(expected);
  });
});
