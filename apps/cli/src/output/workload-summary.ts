import type { Schemas } from '@berth/api-client';
import { table } from './table.js';

type Summary = Schemas['WorkloadSummary'];

const states: readonly (readonly [name: string, of: (summary: Summary) => number, meaning: string])[] = [
  ['working', (of) => of.working, 'every instance is ready'],
  ['degraded', (of) => of.degraded, 'something serves, but not all that should'],
  ['failed', (of) => of.failed, 'nothing serves'],
  ['starting', (of) => of.starting, 'nothing serves yet'],
  ['stopped', (of) => of.stopped, 'by a person, a budget or sleep'],
  ['unknown', (of) => of.unknown, 'the cluster cannot be asked'],
  ['never live', (of) => of.neverLive, 'nothing was deployed with success'],
];

/** How many workloads are in which state; only states that there are. */
export function workloadSummary(summary: Summary): Promise<string> | string {
  if (summary.total === 0) return 'Nothing was deployed yet.';
  const rows = states.map(([name, of, meaning]) => [name, of(summary), meaning]).filter(([, count]) => count !== 0);
  return table(['state', 'workloads', 'meaning'], [...rows, ['all', summary.total, '']]);
}
