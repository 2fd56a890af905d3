import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type CloudEvent, egressMeasured } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NamesRepository } from '../src/names/names.repository.js';
import { type BuildEnded, buildTypes, factsOf as factsOfBuild } from '../src/spans/build.js';
import { type DomainEvent, domainTypes, factsOf as factsOfDomain } from '../src/spans/domain.js';
import { type EgressEvent, factsOf as factsOfHour } from '../src/spans/egress.js';
import { allocationOf, type VolumeEvent, volumeTypes } from '../src/spans/volume.js';
import { buildOf } from './support/builds.js';
import { DomainOf } from './support/domains.js';
import { MeterOf } from './support/egress.js';
import { bill, logOf } from './support/log-of.js';
import { changed, instantAt, MeteringApp, type Place, snapshot, somewhere, web } from './support/metering-app.js';
import { VolumeOf } from './support/volumes.js';

const KILLS = 20;
const WORKLOADS = 8;
/** Of each workload, between two kills. */
const CHANGES = 5;
/** Of each round, after which ten-thousandth of what is told the consumer is killed; `BERTH_SEED` draws others. */
const moments = fc.array(fc.noBias(fc.nat(9_999)), { minLength: KILLS, maxLength: KILLS });
const main = join(import.meta.dirname, '../dist/main.js');

let undisturbed: MeteringApp;
let told: MeteringApp;
/** Knows the log alone. */
let rebuilt: MeteringApp;
beforeAll(async () => {
  undisturbed = await MeteringApp.start();
  // It answers questions; events are left to the processes that are killed.
  told = await MeteringApp.start({ ROLE: 'api' });
  rebuilt = await MeteringApp.start({ ROLE: 'api' });
});
afterAll(async () => {
  await undisturbed.close();
  await told.close();
  await rebuilt.close();
});

const consumer = (): ChildProcess =>
  spawn(process.execPath, [main], {
    env: { ...environment(), ROLE: 'worker', PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
const environment = () => ({ DATABASE_URL: told.service.databaseUrl, BUS_DATABASE_URL: told.service.databaseUrl });

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const publish = (events: readonly CloudEvent[]) =>
  told.service.app
    .get<EventBus>(EVENT_BUS)
    .publish(events.map((event) => ({ topic: topicOf(event), key: event.partitionkey, event })));

const isOfBuild = ({ type }: CloudEvent) => buildTypes.includes(type);
const topicOf = (event: CloudEvent) => (isOfBuild(event) ? 'berth.build' : 'berth.deployment-management');
/** What one that nobody kills accepts. */
const factsIn = (events: readonly CloudEvent[]): CloudEvent[] => events.flatMap(factsOf);

function factsOf(event: CloudEvent): CloudEvent[] {
  if (isOfBuild(event)) return factsOfBuild(event as BuildEnded);
  if (event.type === egressMeasured.type) return factsOfHour(event as EgressEvent);
  if (domainTypes.includes(event.type)) return factsOfDomain(event as DomainEvent);
  return volumeTypes.includes(event.type) ? [allocationOf(event as VolumeEvent)] : [event];
}

/** The hourly totals, but for the ids of resources. */
const totalsOf = (app: MeteringApp) =>
  app.database.query(
    `select workload_id::text, hour::text, used::text from hourly_total t join metered_resource r on r.id = t.resource_id
      order by 1, 2, 3`,
  );

const acceptedBy = async ({ database }: MeteringApp) => (await database.query('select from accepted_event')).length;
const accepted = () => acceptedBy(told);

/** A part of the history: some versions of each workload, one of them a snapshot, the parts in order of time. */
const part = (places: readonly Place[], round: number): CloudEvent[] =>
  Array.from({ length: CHANGES }, (_, index) => round * CHANGES + index).flatMap((number) =>
    places.map((place) => {
      const entries = number % 7 === 6 ? [] : [{ ...web, instances: 1 + (number % 3) }];
      const change = { version: number + 1, at: number * 60_000, entries };
      return number % 5 === 4 ? snapshot(place, change) : changed(place, change);
    }),
  );

/** A build of each workload in each part: two facts, because it kept one core busy all the time. */
const builds = (places: readonly Place[], round: number): CloudEvent[] =>
  places.map((place) => {
    const [startedAt, finishedAt] = [instantAt(round * 300_000), instantAt(round * 300_000 + 7_000)];
    const how = (['succeeded', 'failed', 'cancelled'] as const)[round % 3]!;
    return buildOf(place, { how, startedAt, finishedAt, cpuMilliseconds: 7_000 });
  });

interface Owned {
  readonly meters: readonly MeterOf[];
  readonly volumes: readonly VolumeOf[];
  readonly domains: readonly DomainOf[];
}

/**
 * Of each place an hour of what left, all but the first with a rest of bytes; its volume grows, goes away and is there again;
 * its domain is attached in one round and removed in the next.
 */
const owned = ({ meters, volumes, domains }: Owned, round: number): CloudEvent[] => {
  const from = instantAt(round * 3_600_000 - KILLS * 3_600_000);
  return [
    ...meters.map((meter, index) => meter.hour(from, 7_200_000 + round * (index + 1))),
    ...volumes.map((volume) => volume.becomes(round % 4, instantAt(round * 300_000 + 1))),
    ...domains.map((domain) => ledBy(domain, round)),
  ];
};

const ledBy = (domain: DomainOf, round: number): CloudEvent => {
  const [number, since] = [Math.floor(round / 2) + 1, instantAt((round - (round % 2)) * 300_000)];
  return round % 2 === 0 ? domain.attached(number, since) : domain.removed(number, since, instantAt(round * 300_000));
};

/** Hosts are in no fact: the log alone does not know them. */
const keepHosts = (app: MeteringApp, domains: readonly DomainOf[], organizationId: string) =>
  app.database.transaction((tx) =>
    new NamesRepository().keep(
      tx,
      domains.map(({ id }) => ({ organizationId, id, name: 'shop.example.com' })),
    ),
  );

async function billTheSame(killedAt: readonly number[]): Promise<void> {
  const organizationId = randomUUID();
  const places = Array.from({ length: WORKLOADS }, () => somewhere({ organizationId }));
  const things = {
    meters: places.map((place) => new MeterOf(place)),
    volumes: places.map((place) => new VolumeOf(place)),
    domains: places.map((place) => new DomainOf(place)),
  };
  let child = consumer();
  try {
    for (const [round, moment] of killedAt.entries()) {
      const events = [...part(places, round), ...builds(places, round), ...owned(things, round)];
      await undisturbed.accept(factsIn(events));
      const before = await accepted();
      await publish([...events, ...events.toReversed()]);
      const enough = before + 1 + Math.floor((moment / 10_000) * events.length);
      await eventually(async () => expect(await accepted()).toBeGreaterThanOrEqual(enough), { within: 60_000 });
      await kill(child);
      child = consumer();
    }
    await publish((await logOf(undisturbed, organizationId)).filter(({ type }) => type.startsWith('berth.workload.')));
    // Two facts of each build, three of each hour, one of each volume; of a domain one, and two when it is removed.
    const all = KILLS * (CHANGES + 2 + 3 + 1 + 1.5) * WORKLOADS;
    await eventually(async () => expect(await accepted()).toBe(all), { within: 60_000 });
    for (const app of [undisturbed, rebuilt]) await keepHosts(app, things.domains, organizationId);
    const isSame = async () =>
      expect(await bill(told, organizationId)).toEqual(await bill(undisturbed, organizationId));
    await eventually(isSame, { within: 60_000 });
    expect(await totalsOf(told)).toEqual(await totalsOf(undisturbed));
    // Two hours in which the workload ran, one of each build and of each hour of traffic, two of each of three sizes of a volume,
    // two of a domain.
    expect(await totalsOf(told)).toHaveLength((2 + KILLS + KILLS + 6 + 2) * WORKLOADS);
    expect(await told.database.query('select from dead_letter')).toEqual([]);
    const log = await logOf(told, organizationId);
    await rebuilt.accept(log.toReversed());
    await rebuilt.accept(log);
    expect(await acceptedBy(rebuilt)).toBe(all);
    expect(await bill(rebuilt, organizationId)).toEqual(await bill(undisturbed, organizationId));
    expect(await totalsOf(rebuilt)).toEqual(await totalsOf(undisturbed));
  } finally {
    await kill(child);
  }
}

describe('consumers that are killed', () => {
  it(
    `at ${KILLS} moments, with the topic told twice and the log told anew, bill the same bytes`,
    () => fc.assert(fc.asyncProperty(moments, billTheSame), { numRuns: 1, endOnFailure: true }),
    600_000,
  );
});
