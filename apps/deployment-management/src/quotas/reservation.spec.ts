import type { ProcessType } from '@berth/contracts/common';
import { describe, expect, it } from '@jest/globals';
import type { FurtherPlacement } from '../workloads/workload.js';
import { excessOf, reservationOf } from './reservation.js';

const health = { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };
const type = (name: string, cpuMillicores: number, memoryMib: number): ProcessType => ({
  ...{ name, cpuMillicores, memoryMib, command: 'run', health },
});
const processes = [type('web', 100, 64), type('worker', 50, 32)];

describe('a reservation', () => {
  it.each([
    ['one web instance unless told otherwise', 'running', {}, { cpuMillicores: 100, memoryMib: 64 }],
    ['every instance of every type', 'running', { web: 3, worker: 2 }, { cpuMillicores: 400, memoryMib: 256 }],
    ['nothing of what is stopped', 'stopped', { web: 3 }, { cpuMillicores: 0, memoryMib: 0 }],
    ['nothing of a type that is not there', 'running', { web: 0, cron: 9 }, { cpuMillicores: 0, memoryMib: 0 }],
  ] as const)('counts %s', (_, state, counts, expected) => {
    expect(
      reservationOf({ wantedState: state, counts, autoscaling: {}, further: [], leaving: [] }, [processes]),
    ).toEqual(expected);
  });

  it('counts the most that it may come to have between bounds, and nothing of that when it is stopped', () => {
    const autoscaling = { web: { min: 1, max: 4, cpuPercent: 70 } };
    const counts = { web: 2, worker: 1 };
    const reserved = (state: 'running' | 'stopped') =>
      reservationOf({ wantedState: state, counts, autoscaling, further: [], leaving: [] }, [processes]);
    expect(reserved('running')).toEqual({ cpuMillicores: 450, memoryMib: 288 });
    expect(reserved('stopped')).toEqual({ cpuMillicores: 0, memoryMib: 0 });
  });

  it('is of all clusters together, each with counts of its own', () => {
    const further: FurtherPlacement[] = [
      { cluster: 'b', counts: { web: 2 }, state: 'active' },
      { cluster: 'c', counts: { web: 0, worker: 1 }, state: 'arriving' },
    ];
    const wanted = { counts: { web: 1, worker: 1 }, autoscaling: {}, further, leaving: [] };
    const reserved = (wantedState: 'running' | 'stopped') => reservationOf({ ...wanted, wantedState }, [processes]);
    expect(reserved('running')).toEqual({ cpuMillicores: 400, memoryMib: 256 });
    expect(reserved('stopped')).toEqual({ cpuMillicores: 0, memoryMib: 0 });
  });

  it('is what the most demanding release needs, each resource by itself', () => {
    const releases = [[type('web', 100, 64)], [type('web', 50, 128)]];
    expect(
      reservationOf({ wantedState: 'running', counts: {}, autoscaling: {}, further: [], leaving: [] }, releases),
    ).toEqual({
      cpuMillicores: 100,
      memoryMib: 128,
    });
    expect(
      reservationOf({ wantedState: 'running', counts: {}, autoscaling: {}, further: [], leaving: [] }, []),
    ).toEqual({
      cpuMillicores: 0,
      memoryMib: 0,
    });
  });
});

describe('a demand', () => {
  const of = (cpuMillicores: number, memoryMib = 0) => ({ cpuMillicores, memoryMib });
  const limit = of(1_000, 100);
  it.each([
    ['that just fits', { others: of(400), before: of(100), after: of(600) }, null],
    ['of too much CPU', { others: of(400), before: of(100), after: of(601) }, '1000 millicores'],
    ['of too much memory', { others: of(0, 90), before: of(0), after: of(1, 11) }, '100 MiB'],
    ['of less, though it is still too much', { others: of(900), before: of(500), after: of(400) }, null],
    ['of the same, though it is too much', { others: of(900), before: of(500), after: of(500) }, null],
  ])('%s', (_, demand, said) => {
    const excess = excessOf({ limit, ...demand });
    if (said === null) expect(excess).toBeNull();
    else expect(excess).toContain(said);
  });
});
