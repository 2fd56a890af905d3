import type { AuditEntry, CloudEvent } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import type { Api } from './api.js';
import { expectConserved } from './conservation.js';
import { type Platform, serviceNames } from './platform.js';
import { rowsOf } from './stored.js';

const ends = ['deployment.succeeded', 'deployment.failed', 'deployment.cancelled', 'deployment.superseded'];

/**
 * Nothing that was committed is lost and nothing took effect twice: what every service told is contiguous and on the bus,
 * what became of it in the others is all of it, and usage is what follows from it. To be asked when all deployments ended.
 */
export async function expectWholeHistory(platform: Platform, api: Api): Promise<void> {
  await eventually(
    async () => {
      await expectNothingStuck(platform);
      const events = told(await platform.events());
      expectContiguous(events);
      expectOneEndEach(events);
      await expectEffects(platform, events);
      await expectConserved(platform, api, events);
    },
    { within: 60_000, every: 500 },
  );
}

/** At least once is what a bus promises: the same event again is the same event. */
const told = (events: readonly CloudEvent[]): CloudEvent[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

const isOf = (event: CloudEvent, name: string): boolean => event.type === `berth.${name}.v1`;

async function expectNothingStuck(platform: Platform): Promise<void> {
  for (const service of serviceNames) {
    const stuck = await rowsOf(
      platform.databaseUrl(service),
      `select 'outbox' as place, event->>'type' as what from outbox where event->>'type' <> 'berth.access.heartbeat.v1'
       union all select 'dead letter', event->>'type' from dead_letter where state in ('failed', 'parked')`,
    );
    expect({ service, stuck }).toEqual({ service, stuck: [] });
  }
  for (const service of ['deployment-management', 'build'] as const)
    expect(await rowsOf(platform.databaseUrl(service), 'select * from work_deadline')).toEqual([]);
}

/** Versions of each aggregate are 1, 2, 3 ..., in the order of the bus. */
function expectContiguous(events: readonly CloudEvent[]): void {
  for (const [subject, own] of Map.groupBy(events, (event) => `${event.source} ${event.subject}`)) {
    const versions = own.map((event) => event.aggregateversion);
    expect({ subject, versions }).toEqual({ subject, versions: own.map((_, index) => index + 1) });
  }
}

function expectOneEndEach(events: readonly CloudEvent[]): void {
  for (const { subject } of events.filter((event) => isOf(event, 'deployment.requested'))) {
    const own = events.filter((event) => event.subject === subject && ends.some((end) => isOf(event, end)));
    expect({ subject, ends: own.length }).toEqual({ subject, ends: 1 });
  }
  const builds = Map.groupBy(
    events.filter((event) => event.source === '/berth/build' && event.type.startsWith('berth.build.')),
    (event) => event.subject,
  );
  for (const [subject, own] of builds) {
    const types = own.map((event) => event.type);
    expect({ subject, types }).toEqual({
      subject,
      types: ['berth.build.started.v1', expect.stringMatching(/ed\.v1$/)],
    });
  }
}

async function expectEffects(platform: Platform, events: readonly CloudEvent[]): Promise<void> {
  const idsOf = (name: string) => events.filter((event) => isOf(event, name)).map((event) => event.id);
  const accepted = await rowsOf<{ id: string }>(
    platform.databaseUrl('metering'),
    `select id from accepted_event where type = 'berth.workload.allocation-changed.v1'`,
  );
  expect(accepted.map(({ id }) => id).sort()).toEqual(idsOf('workload.allocation-changed').sort());
  expect(await rowsOf(platform.databaseUrl('metering'), 'select * from allocation_gap')).toEqual([]);
  const audited = events.filter((event) => isOf(event, 'audit.recorded')).map((event) => event.data as AuditEntry);
  const trail = await rowsOf<{ id: string }>(
    platform.databaseUrl('user-management'),
    'select entry_id as id from audit_trail',
  );
  expect(trail.map(({ id }) => id).sort()).toEqual(audited.map(({ entryId }) => entryId).sort());
}
