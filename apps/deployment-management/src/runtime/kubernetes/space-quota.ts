import type { DesiredWorkload } from '@berth/contracts/runtime';
import type { EnvironmentSpace } from '@berth/kubernetes';

/** While a release takes the place of another both run. */
const OVERLAP = 2;
/** The smallest instance that there is, in millicores. */
const SMALLEST = 10;

/** What the pods of one environment may request: all that the organization has, if it has it all there, twice. */
export function spaceQuotaOf({ quota }: Pick<DesiredWorkload, 'quota'>): EnvironmentSpace['quota'] {
  if (!quota) return null;
  const cpuMillicores = quota.cpuMillicores * OVERLAP;
  const { storageMib } = quota;
  return {
    ...{ cpuMillicores, memoryMib: quota.memoryMib * OVERLAP, pods: Math.ceil(cpuMillicores / SMALLEST) },
    // Volumes do not overlap, but for those on their way out.
    ...(storageMib !== undefined && { storageMib: storageMib * OVERLAP }),
  };
}
