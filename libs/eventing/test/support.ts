import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildStarted, type CloudEvent } from '@berth/contracts/events';
import { type CancelTimer, Clock, createLogger } from '@berth/service-kit';
import type { BusMessage } from '../src/index.js';

export const silent = createLogger('test', 'silent');

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
    data: buildData(randomUUID()),
    ...overrides,
  };
}

/** Data of `build.started`. */
export const buildData = (buildId: string) => ({ buildId, deploymentId: randomUUID(), workloadId: randomUUID() });

export const messageOf = (event: CloudEvent, topic = 'berth.build'): BusMessage => ({
  topic,
  key: event.partitionkey,
  event,
});

/** Nothing is done again and again: what happens was told of. */
export class ClockWithoutPolls extends Clock {
  override every(): CancelTimer {
    return () => undefined;
  }
}

setFlagsFromString('--expose-gc');
/** Frees what can be freed, so that a measured heap is what is really held. */
export const collectGarbage = runInNewContext('gc') as () => void;
