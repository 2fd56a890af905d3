import type {
  Allocation,
  attachedDomain,
  BuildUsage,
  CloudEvent,
  DataOf,
  egressMeasured,
  VolumeFact,
} from '@berth/contracts/events';
import type { Metric } from '@berth/contracts/metering';
import type { z } from 'zod';

/** That an organization used so much of something each millisecond of a time; `to` absent: it still does. */
export interface Stretch {
  readonly organizationId: string;
  readonly metric: Metric;
  readonly from: number;
  readonly to: number | undefined;
  /** Base units. */
  readonly rate: bigint;
}

type Told<Data> = CloudEvent<Data>;
type Use = Omit<Stretch, 'organizationId' | 'from' | 'to'>;

/** What everything on the bus says that everybody used, of every kind: computed by nothing that metering does. */
export function timelineOf(events: readonly CloudEvent[]): Stretch[] {
  const of = (...names: string[]) =>
    events.filter(({ type }) => names.some((name) => new RegExp(`^berth\\.${name}\\.v1$`).test(type)));
  return [
    ...successive(of('workload.allocation-changed') as Told<Allocation>[], usesOfInstances),
    ...successive(of('volume.(created|resized|deleted)') as Told<VolumeFact>[], usesOfVolume),
    ...of('build.(succeeded|failed|cancelled)').flatMap(({ data }) => built((data as { usage?: BuildUsage }).usage)),
    ...of('egress.measured').flatMap(({ data }) => sent(data as DataOf<typeof egressMeasured>)),
    ...attached(of('domain.(attached|removed)') as Told<z.infer<typeof attachedDomain>>[]),
  ];
}

/** Base units in `[from, to)`, by organization and metric. */
export function sumsOf(timeline: readonly Stretch[], from: number, to: number): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const each of timeline) {
    const length = Math.min(each.to ?? to, to) - Math.max(each.from, from);
    const key = keyOf(each.organizationId, each.metric);
    if (length > 0) sums.set(key, (sums.get(key) ?? 0n) + BigInt(length) * each.rate);
  }
  return sums;
}

export const keyOf = (organizationId: string, metric: Metric): string => `${organizationId} ${metric}`;

/** Facts of which each holds until the next one of its subject. */
function successive<Data extends { readonly organizationId: string; readonly effectiveAt: string }>(
  events: readonly Told<Data>[],
  usesOf: (data: Data) => Use[],
): Stretch[] {
  return [...Map.groupBy(events, ({ subject }) => subject).values()].flatMap((own) => {
    const told = own.toSorted((a, b) => a.aggregateversion - b.aggregateversion).map(({ data }) => data);
    // None counts from before the one before it (ADR 0009).
    const begins: number[] = [];
    for (const { effectiveAt } of told) begins.push(Math.max(Date.parse(effectiveAt), begins.at(-1) ?? 0));
    return told.flatMap((data, index) =>
      usesOf(data).map((use) => ({
        ...{ ...use, organizationId: data.organizationId },
        ...{ from: begins[index] ?? 0, to: begins[index + 1] },
      })),
    );
  });
}

const usesOfInstances = ({ entries }: Allocation): Use[] =>
  entries.flatMap(({ instances, cpuMillicores, memoryMib }) => [
    { metric: 'cpu', rate: BigInt(instances * cpuMillicores) },
    { metric: 'memory', rate: BigInt(instances * memoryMib) * 1_048_576n },
  ]);

const usesOfVolume = ({ provisionedBytes }: VolumeFact): Use[] => [
  { metric: 'storage', rate: BigInt(provisionedBytes) },
];

/** An amount over a time: as much each millisecond, and one more until the rest is used. */
function spread(about: Pick<Stretch, 'organizationId' | 'metric'>, amount: number, from: number, to: number) {
  const [each, rest] = [Math.floor(amount / (to - from)), amount % (to - from)];
  return [
    { ...about, from, to: from + rest, rate: BigInt(each + 1) },
    { ...about, from: from + rest, to, rate: BigInt(each) },
  ];
}

/** In millicores. */
function built(usage: BuildUsage | undefined): Stretch[] {
  if (!usage) return [];
  const { organizationId, startedAt, finishedAt, cpuMilliseconds } = usage;
  const from = Date.parse(startedAt);
  const to = Math.max(Date.parse(finishedAt), from + 1);
  const cores = spread({ organizationId, metric: 'build' }, cpuMilliseconds, from, to);
  return cores.map((stretch) => ({ ...stretch, rate: stretch.rate * 1_000n }));
}

const sent = ({ organizationId, bytes, from, to }: DataOf<typeof egressMeasured>): Stretch[] =>
  spread({ organizationId, metric: 'egress' }, bytes, Date.parse(from), Date.parse(to));

/** Each attachment once: by its end where it has one. */
function attached(events: readonly Told<z.infer<typeof attachedDomain>>[]): Stretch[] {
  const last = new Map(events.map(({ data }) => [`${data.domainId} ${data.attachment?.number}`, data] as const));
  return [...last.values()].flatMap(({ organizationId, attachment }): Stretch[] => {
    if (!attachment) return [];
    const [from, to] = [Date.parse(attachment.from), attachment.to === null ? undefined : Date.parse(attachment.to)];
    return [{ organizationId, metric: 'domain', from, to, rate: 1n }];
  });
}
