import { period as month } from '@berth/contracts/metering';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { calendarMonth, isTimeZone } from '../periods/period.js';
import { type Fact, spansOf } from '../spans/history.js';
import type { Simulation } from './simulate.js';

const count = z.int().nonnegative().max(10_000);
const day = z.array(count).length(24, { error: 'has one count for each of 24 hours' });

const app = z.strictObject({
  name: z.string().min(1).max(100),
  /** Of one instance. */
  cpuMillicores: z.int().positive().max(1_000_000),
  memoryMib: z.int().positive().max(10_000_000),
  /** Instances all month, or by the hour of the clock on the wall. */
  instances: z.union([count, z.strictObject({ workdays: day, weekends: day })]),
  /** Of its volumes together. */
  storageGib: z.int().positive().max(1_000_000).optional(),
});

/** A month that never was: which apps run, how large, and how many of each at which hour. */
export const syntheticMonth = z.strictObject({
  month,
  timeZone: z.string().refine(isTimeZone, { error: 'must be a time zone: Europe/Berlin' }).default('UTC'),
  apps: z
    .array(app)
    .min(1)
    .max(1_000)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: 'names differ' }),
});
export type SyntheticMonth = z.infer<typeof syntheticMonth>;
type App = SyntheticMonth['apps'][number];

/** Clocks are put forward and back by half an hour somewhere (Lord Howe); a month begins at midnight. */
const TICK = 1_800_000;
const GIB = 2 ** 30;

/**
 * What such a month uses: a virtual clock goes through it, and each change of a count is told as deployment-management would
 * tell it, so that spans follow from facts as those of recorded usage do.
 */
export function syntheticUsage({ month: named, timeZone, apps }: SyntheticMonth): Pick<Simulation, 'period' | 'spans'> {
  const period = calendarMonth(named, timeZone);
  const clock = clockOf(period, timeZone);
  const facts = apps.flatMap((each) => [factsOf(each, clock), volumeOf(each, period.from)]);
  return { period, spans: facts.flatMap((each) => spansOf(each)) };
}

interface Tick {
  readonly at: number;
  readonly hour: number;
  readonly isWeekend: boolean;
}

/** What the clock on the wall says at each moment at which it may say something else; the same for all apps. */
function clockOf({ from, to }: Simulation['period'], timeZone: string): Tick[] {
  const ticks: Tick[] = [];
  for (let at = from.getTime(); at < to.getTime(); at += TICK) {
    const { hour, dayOfWeek } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
    ticks.push({ at, hour, isWeekend: dayOfWeek > 5 });
  }
  return ticks;
}

function factsOf(app: App, clock: readonly Tick[]): Fact[] {
  const facts: Fact[] = [];
  let former = 0;
  for (const tick of clock) {
    const instances = instancesAt(app, tick);
    if (instances === former) continue;
    facts.push(factOf(app, facts.length + 1, new Date(tick.at), sizeOf(app, instances)));
    former = instances;
  }
  return facts;
}

function instancesAt({ instances }: App, { hour, isWeekend }: Tick): number {
  if (typeof instances === 'number') return instances;
  return (isWeekend ? instances.weekends : instances.workdays)[hour] ?? 0;
}

type Entries = Fact['data']['entries'];
const of = { cluster: 'synthetic', release: 1, processType: 'web' };

const sizeOf = ({ cpuMillicores, memoryMib }: App, instances: number): Entries =>
  instances === 0 ? [] : [{ ...of, cpuMillicores, memoryMib, instances }];

function volumeOf(app: App, from: Date): Fact[] {
  if (app.storageGib === undefined) return [];
  const volume = { ...of, release: 0, cpuMillicores: 0, memoryMib: 0, instances: 1 };
  return [factOf(app, 1, from, [{ ...volume, storageBytes: app.storageGib * GIB }])];
}

const factOf = ({ name }: App, allocationVersion: number, at: Date, entries: Entries): Fact => ({
  ...{ source: '/berth/synthetic', id: `${name} ${allocationVersion}`, epoch: 0, isSnapshot: false },
  data: {
    ...{ workloadId: name, appId: name, environmentId: 'synthetic', projectId: 'synthetic' },
    ...{ organizationId: 'synthetic', allocationVersion, effectiveAt: at.toISOString(), entries },
  },
});
