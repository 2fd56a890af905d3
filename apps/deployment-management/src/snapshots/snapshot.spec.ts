import { type DeploymentStatus, deploymentStatus, type RollbackItem } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outcomeOf, type PlannedItem, type RollbackRow, statusOf, toRollback } from './snapshot.js';

type Outcome = RollbackItem['outcome'];
const outcomes: readonly Outcome[] = ['running', 'live', 'failed', 'stopped', 'unchanged', 'untouched', 'impossible'];

describe('what became of the rollback of an environment', () => {
  it.each<[Outcome[], string]>([
    [[], 'succeeded'],
    [['untouched'], 'succeeded'],
    [['live', 'unchanged', 'untouched'], 'succeeded'],
    [['live', 'failed'], 'partial'],
    [['unchanged', 'impossible'], 'partial'],
    [['failed', 'stopped', 'untouched'], 'failed'],
    [['impossible'], 'failed'],
    [['failed', 'running'], 'running'],
  ])('%j: %s', (items, status) => {
    expect(statusOf(items)).toBe(status);
  });

  it('has succeeded only when no app is astray, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...outcomes)), (items) => {
        const isAstray = items.some((each) => ['running', 'failed', 'stopped', 'impossible'].includes(each));
        expect(statusOf(items) === 'succeeded').toBe(!isAstray);
        expect(statusOf([...items].reverse())).toBe(statusOf(items));
      }),
    );
  });

  it('is known of every status that a deployment can have', () => {
    const ends: Partial<Record<DeploymentStatus, Outcome>> = {
      ...{ live: 'live', retired: 'live', failed: 'failed', cancelled: 'stopped', superseded: 'stopped' },
    };
    for (const status of deploymentStatus.options) expect(outcomeOf(status)).toBe(ends[status] ?? 'running');
  });

  const item = (plan: PlannedItem['plan'], deploymentId: string | null, message: string | null): PlannedItem => ({
    ...{ workloadId: 'w', app: 'web', release: 1, plan, deploymentId, message },
  });
  const row = (...items: PlannedItem[]): RollbackRow => ({
    ...{ id: 'r', environmentId: 'e', snapshotId: 's', items, createdBy: 'u', createdAt: new Date(0) },
  });

  it('tells why a deployment failed, and else what was said when it began', () => {
    const told = toRollback(
      row(item('deploy', 'a', 'A secret was replaced.'), item('deploy', 'b', null), item('impossible', null, 'Gone.')),
      new Map([
        ['a', { status: 'live' as const, message: null }],
        ['b', { status: 'failed' as const, message: 'It crashed.' }],
      ]),
    );
    expect(told.status).toBe('partial');
    expect(told.items.map(({ outcome, message }) => `${outcome}: ${message}`)).toEqual([
      ...['live: A secret was replaced.', 'failed: It crashed.', 'impossible: Gone.'],
    ]);
  });

  it('is not told without a deployment that it began', () => {
    expect(() => toRollback(row(item('deploy', 'a', null)), new Map())).toThrow('gone');
  });
});
