import type { ProcessType } from '@berth/contracts/common';
import { mostEverywhereOf, type WorkloadRow } from '../workloads/workload.js';

/** What a workload is entitled to have running, whether or not it runs already. */
export interface Reservation {
  readonly cpuMillicores: number;
  readonly memoryMib: number;
}

export const nothing: Reservation = { cpuMillicores: 0, memoryMib: 0 };

/** What is asleep, or held by something else, keeps its place: it must be able to run again. */
type Wanted = Pick<WorkloadRow, 'wantedState' | 'counts' | 'autoscaling' | 'further' | 'leaving'>;

/** By the most demanding of the releases that it may have to run: the current one, and the one that takes its place. */
export function reservationOf(workload: Wanted, releases: readonly (readonly ProcessType[])[]): Reservation {
  return releases
    .map((processes) => sumOf(workload, processes))
    .reduce(
      (most, each) => ({
        cpuMillicores: Math.max(most.cpuMillicores, each.cpuMillicores),
        memoryMib: Math.max(most.memoryMib, each.memoryMib),
      }),
      nothing,
    );
}

export const sum = (one: Reservation, other: Reservation): Reservation => ({
  cpuMillicores: one.cpuMillicores + other.cpuMillicores,
  memoryMib: one.memoryMib + other.memoryMib,
});

function sumOf(workload: Wanted, processes: readonly ProcessType[]): Reservation {
  return processes.reduce((sum, { name, cpuMillicores, memoryMib }) => {
    const instances = mostEverywhereOf({ ...workload, state: workload.wantedState }, name);
    return {
      cpuMillicores: sum.cpuMillicores + instances * cpuMillicores,
      memoryMib: sum.memoryMib + instances * memoryMib,
    };
  }, nothing);
}

export interface Demand {
  readonly limit: Reservation;
  /** Of the other workloads of the organization. */
  readonly others: Reservation;
  readonly before: Reservation;
  readonly after: Reservation;
}

const resources = [
  ['cpuMillicores', 'millicores of CPU'],
  ['memoryMib', 'MiB of memory'],
] as const;

/** One sentence about the first resource that would be exceeded; null when none is. What asks for no more than before is let through. */
export function excessOf({ limit, others, before, after }: Demand): string | null {
  for (const [resource, unit] of resources) {
    const [may, taken, wanted] = [limit[resource], others[resource], after[resource]];
    if (wanted <= before[resource] || taken + wanted <= may) continue;
    return `The organization may use ${may} ${unit}; its other workloads have ${taken}, and this one would have ${wanted}.`;
  }
  return null;
}
