import { randomUUID } from 'node:crypto';
import {
  type CloudEvent,
  type DataOf,
  domainAttached,
  domainRemoved,
  domainSnapshot,
  type EventDefinition,
} from '@berth/contracts/events';
import type { Place } from './metering-app.js';

type Domain = DataOf<typeof domainAttached>;

/** What deployment-management tells of one host of a place. */
export class DomainOf {
  readonly id = randomUUID();
  private events = 0;
  private epoch = 0;

  constructor(
    private readonly place: Place,
    private readonly where: Pick<Domain, 'host' | 'path'> = { host: 'shop.example.com' },
  ) {}

  /** Its owner's database is an older one. */
  restore(): void {
    this.epoch++;
  }

  attached(number: number, from: string): CloudEvent<Domain> {
    return this.event(domainAttached, { number, from, to: null });
  }

  removed(number: number, from: string, to: string): CloudEvent<Domain> {
    return this.event(domainRemoved, { number, from, to });
  }

  snapshot(number: number, from: string, to: string | null = null): CloudEvent<Domain> {
    return this.event(domainSnapshot, { number, from, to });
  }

  /** As it was told before attachments were counted. */
  uncounted(): CloudEvent<Domain> {
    return this.event(domainAttached, undefined);
  }

  private event({ type }: EventDefinition, attachment: Domain['attachment']): CloudEvent<Domain> {
    const { organizationId, projectId, environmentId, appId, workloadId } = this.place;
    const place = { organizationId, projectId, environmentId, appId, workloadId };
    return {
      ...{ specversion: '1.0', id: randomUUID(), source: '/berth/deployment-management', type, subject: this.id },
      ...{
        time: attachment?.to ?? attachment?.from ?? '2026-11-10T00:00:00.000Z',
        datacontenttype: 'application/json',
      },
      ...{ partitionkey: this.id, epoch: this.epoch, aggregateversion: ++this.events, organizationid: organizationId },
      data: { ...place, domainId: this.id, ...this.where, ...(attachment && { attachment }) },
    };
  }
}
