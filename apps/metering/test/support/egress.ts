import { randomUUID } from 'node:crypto';
import { type CloudEvent, type DataOf, egressMeasured } from '@berth/contracts/events';
import type { Place } from './metering-app.js';

type Egress = DataOf<typeof egressMeasured>;

/** What deployment-management tells of what leaves for the visitors of one place. */
export class MeterOf {
  readonly id = randomUUID();
  private version = 0;
  private epoch = 0;

  constructor(private readonly place: Place) {}

  /** The owner's database is as it was when it had told `version` hours. */
  restore(version: number): void {
    this.version = version;
    this.epoch++;
  }

  hour(from: string, bytes: number, over: Partial<Egress> = {}): CloudEvent<Egress> {
    const { organizationId, projectId, environmentId, appId, workloadId } = this.place;
    const to = new Date(Date.parse(from) + 3_600_000).toISOString();
    this.version++;
    return {
      ...{ specversion: '1.0', id: randomUUID(), source: '/berth/deployment-management', type: egressMeasured.type },
      ...{ subject: this.id, time: to, datacontenttype: 'application/json', partitionkey: this.id, epoch: this.epoch },
      ...{ aggregateversion: this.version, organizationid: organizationId },
      data: {
        ...{ organizationId, projectId, environmentId, appId, workloadId, meterId: this.id },
        ...{ cluster: 'local', processType: 'web', from, to, bytes, ...over },
      },
    };
  }
}
