import { describe, expect, it } from '@jest/globals';
import type { AllocationEvent } from '../accepted-events/accepted-event.js';
import { uncountedIn } from './uncounted-use.js';

type Said = readonly [cluster: string, ...uncounted: 'egress'[]];
const told = (workloadId: string, effectiveAt: string, ...said: Said[]): AllocationEvent => {
  const size = { release: 1, processType: 'web', instances: 1, cpuMillicores: 250, memoryMib: 256 };
  const entries = said.map(([cluster, ...uncounted]) => ({
    ...{ ...size, cluster },
    ...(uncounted.length > 0 && { uncounted }),
  }));
  const data = { workloadId, organizationId: 'o', appId: 'a', environmentId: 'e', projectId: 'p', effectiveAt };
  return { data: { ...data, allocationVersion: 1, entries } } as unknown as AllocationEvent;
};
const found = (...events: AllocationEvent[]) =>
  uncountedIn(events).map(({ workloadId, cluster, metric, since }) => `${workloadId} ${cluster} ${metric} ${since}`);

describe('what nobody counts', () => {
  it('is nothing where nobody says so', () => {
    expect(found()).toEqual([]);
    expect(found(told('w', '1', ['local']), told('v', '2'))).toEqual([]);
  });

  it('is told by workload and cluster, once for all that runs there', () => {
    expect(found(told('w', '1', ['berlin', 'egress'], ['local'], ['berlin', 'egress']))).toEqual(['w berlin egress 1']);
    expect(
      found(told('w', '1', ['berlin', 'egress'], ['paris', 'egress']), told('v', '2', ['paris', 'egress'])),
    ).toEqual([...['w berlin egress 1', 'w paris egress 1', 'v paris egress 2']]);
  });

  it('is so since the earliest moment, in whatever order it is told', () => {
    const [early, late] = [told('w', '1', ['berlin', 'egress']), told('w', '2', ['berlin', 'egress'])];
    expect(found(early, late)).toEqual(['w berlin egress 1']);
    expect(found(late, early)).toEqual(['w berlin egress 1']);
  });

  it('names the organization that it is of', () => {
    expect(uncountedIn([told('w', '1', ['berlin', 'egress'])])).toMatchObject([{ organizationId: 'o' }]);
  });
});
