import { randomUUID } from 'node:crypto';
import { type CloudEvent, type DataOf, volumeCreated, volumeDeleted, volumeResized } from '@berth/contracts/events';
import type { Place } from './metering-app.js';

export const GIB = 2 ** 30;
type Volume = DataOf<typeof volumeCreated>;

/** What deployment-management tells of one volume of a place. */
export class VolumeOf {
  readonly id = randomUUID();
  private version = 0;
  private epoch = 0;
  private bytes = 0;

  constructor(private readonly place: Place) {}

  /** The owner's database is as it was when it had told `version` sizes, the last of `gibibytes`. */
  restore(version: number, gibibytes: number): void {
    this.version = version;
    this.bytes = gibibytes * GIB;
    this.epoch++;
  }

  becomes(gibibytes: number, effectiveAt: string): CloudEvent<Volume> {
    const { organizationId, projectId, environmentId, appId, workloadId } = this.place;
    const [formerBytes, provisionedBytes] = [this.bytes, gibibytes * GIB];
    this.bytes = provisionedBytes;
    this.version++;
    const { type } = this.version === 1 ? volumeCreated : gibibytes === 0 ? volumeDeleted : volumeResized;
    return {
      ...{ specversion: '1.0', id: randomUUID(), source: '/berth/deployment-management', type, subject: this.id },
      ...{ time: effectiveAt, datacontenttype: 'application/json', partitionkey: this.id, epoch: this.epoch },
      ...{ aggregateversion: this.version, organizationid: organizationId },
      data: {
        ...{ organizationId, projectId, environmentId, appId, workloadId, volumeId: this.id },
        ...{ name: 'data', processType: 'web', cluster: 'local', storageClass: null },
        ...{ formerBytes, provisionedBytes, effectiveAt },
      },
    };
  }
}
