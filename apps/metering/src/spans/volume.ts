import { type CloudEvent, type DataOf, volumeCreated, volumeDeleted, volumeResized } from '@berth/contracts/events';
import { type AllocationEvent, bridgeOf } from '../accepted-events/accepted-event.js';

export type VolumeEvent = CloudEvent<DataOf<typeof volumeCreated>>;

export const volumeTypes: readonly string[] = [volumeCreated.type, volumeResized.type, volumeDeleted.type];

const NOTHING = { release: 0, cpuMillicores: 0, memoryMib: 0 };

/** A volume is metered as a workload of its own, whose allocation is its storage for as long as it is provisioned. */
export function allocationOf(event: VolumeEvent): AllocationEvent {
  const { organizationId, projectId, environmentId, appId, volumeId, cluster, processType } = event.data;
  const { provisionedBytes: storageBytes, effectiveAt } = event.data;
  const storage = { ...NOTHING, cluster, processType, instances: 1, storageBytes };
  return {
    ...event,
    // The facts of a volume are numbered by its events.
    data: {
      ...{ organizationId, projectId, environmentId, appId, workloadId: volumeId },
      ...{ allocationVersion: event.aggregateversion, effectiveAt },
      entries: storageBytes === 0 ? [] : [storage],
      ...bridgeOf(event.epoch),
    },
  };
}
