import { randomUUID } from 'node:crypto';
import { buildStarted, type CloudEvent, organizationCreated, projectDeleted } from '@berth/contracts/events';
import { createLogger } from '@berth/service-kit';
import type { BusMessage } from '../src/index.js';

export const silent = createLogger('test', 'silent');

export const quota = { projects: 1, environments: 1, apps: 1, cpuMillicores: 1, memoryMib: 1, buildsAtOnce: 1 };

/** An event as it travels, complete but for what a test cares about. */
export function cloudEvent(overrides: Partial<CloudEvent> = {}): CloudEvent {
  const subject = overrides.subject ?? randomUUID();
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/berth/build',
    type: buildStarted.type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    partitionkey: subject,
    aggregateversion: 1,
    epoch: 0,
    data: { buildId: subject, deploymentId: randomUUID(), workloadId: randomUUID() },
    ...overrides,
  };
}

export const message = (topic: string, key: string, version: number): BusMessage => ({
  topic,
  key,
  event: cloudEvent({ subject: key, aggregateversion: version }),
});

export { organizationCreated, projectDeleted };
