import { z } from 'zod';
import { labelKey, labelValue } from '../../common/labels.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { processName } from '../../common/process-type.js';
import { bigCount, id, instant } from '../../common/values.js';
import { uncounted } from '../../events/shapes.js';

/** A calendar month by the clocks of the billing account; of UTC where there is none. */
export const period = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, { error: 'must be a month, 2026-11' });

/** Whose beginning and end are instants that an answer can say, in every time zone. */
const askedPeriod = z.string().regex(/^[1-8][0-9]{3}-(0[1-9]|1[0-2])$/, { error: 'must be a month, 2026-11' });

/** What of an organization is meant. */
const part = z.object({
  organization: id,
  project: id.optional(),
  environment: id.optional(),
  app: id.optional(),
  process: processName.optional(),
});

const filters = part.extend({
  /** Half-open interval `[from, to)`; both or none. */
  from: instant.optional(),
  to: instant.optional(),
  /** Instead of from and to. With neither: the current month. */
  period: askedPeriod.optional(),
  labelKey: labelKey.optional(),
  /** Only what had this value of that label. */
  labelValue: labelValue.optional(),
});

type Interval = Pick<z.infer<typeof filters>, 'from' | 'to' | 'period'>;
type Rule = [holds: (interval: Interval) => boolean, { path: string[]; error: string }];
const together: Rule = [
  ({ from, to }) => (from === undefined) === (to === undefined),
  { path: ['to'], error: 'from and to come together' },
];
const namedOnce: Rule = [
  ({ from, period: month }) => month === undefined || from === undefined,
  { path: ['period'], error: 'give a period, or from and to' },
];
const inOrder: Rule = [
  ({ from, to }) => from === undefined || to === undefined || from < to,
  { path: ['to'], error: 'must be after from' },
];

/** Query of usage and of costs. */
export const usageQuery = filters
  .extend(pageQuery.shape)
  .extend({ by: z.enum(['project', 'app', 'environment', 'process', 'label', 'none']).default('none') })
  .refine(
    ({ by, labelKey: key, labelValue: value }) => (key !== undefined) === (by === 'label' || value !== undefined),
    {
      path: ['labelKey'],
      error: 'comes with by=label or with labelValue, and they with it',
    },
  )
  .refine(...together)
  .refine(...namedOnce)
  .refine(...inOrder);
export type UsageQuery = z.infer<typeof usageQuery>;

/** What a line is about: null where the lines are not told apart by it. `process` tells apart environment, app and type. */
export const usageGroup = z.object({
  projectId: id.nullable(),
  environmentId: id.nullable(),
  appId: id.nullable(),
  processType: processName.nullable(),
  /** By label: the value that the app had while it was used, else its environment; null where neither had any. */
  label: labelValue.nullable(),
});
export type UsageGroup = z.infer<typeof usageGroup>;

/** Whole units: each figure is computed exactly in milliseconds and rounded down once, so lines may add up to less. */
export const usageAmounts = z.object({
  /** Thousandths of a core, times seconds. */
  millicoreSeconds: bigCount,
  /** Bytes of memory, times seconds. */
  byteSeconds: bigCount,
  /** Bytes of volumes, as they are provisioned, times seconds. */
  storageByteSeconds: bigCount,
  /** Processor time of builds: thousandths of a core, times seconds. */
  buildMillicoreSeconds: bigCount,
  /** Bytes of answers to visitors. */
  egressBytes: bigCount,
  /** Domains that led to apps, times seconds. */
  domainSeconds: bigCount,
  /** Instances, those of tasks too, times seconds. */
  instanceSeconds: bigCount,
});
export type UsageAmounts = z.infer<typeof usageAmounts>;

/**
 * What instances were seen to use of what they were allocated, in the whole hours of UTC that the interval holds and that
 * are over. It has no price. Null: nobody looked.
 */
export const usedAmounts = z
  .object({
    millicoreSeconds: bigCount,
    byteSeconds: bigCount,
    /** For so much of the `instanceSeconds` somebody looked; the rest is not known, and not guessed. */
    instanceSeconds: bigCount,
  })
  .nullable();
export type UsedAmounts = z.infer<typeof usedAmounts>;

const allocatedAndUsed = usageAmounts.extend({ used: usedAmounts });

/** Nobody counted it where some of what is asked for ran: there the figure says 0, and that is not known to be right. */
export const notMetered = z.object({
  metric: uncounted,
  /** By name. */
  clusters: z.array(z.string()).min(1),
});
export type NotMetered = z.infer<typeof notMetered>;

/** What every answer about an interval says about that interval. */
export const usageInterval = z.object({
  from: instant,
  to: instant,
  /** What still runs is counted up to here: `to`, or the moment of the answer when that is earlier. */
  countedUntil: instant,
  /** Workloads whose allocation may not be current: an event of theirs has not arrived, or nothing is heard of them. */
  waitingWorkloads: z.int().nonnegative(),
  /** In the interval, of what the query is about; empty: everything was counted, or nobody said otherwise. */
  notMetered: z.array(notMetered),
});

export const usage = usageInterval
  .extend({
    items: z.array(usageGroup.extend(allocatedAndUsed.shape)),
    next: z.string().nullable(),
    /** Over all pages. */
    total: allocatedAndUsed,
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof usage>;

/**
 * `effective_before_former`: a change was told to be earlier than the one before it, and counts from that one on.
 * `history_missing`: versions were never told, and the former allocation counts until the next that was.
 * `told_late`: a change was told long after it took effect: the trace of a repair after the platform was away.
 */
export const anomalyKind = z.enum(['effective_before_former', 'history_missing', 'told_late']);
export type AnomalyKind = z.infer<typeof anomalyKind>;

/** What was unusual about what a workload was told to use, and what was made of it. */
export const usageAnomaly = z
  .object({
    workloadId: id,
    kind: anomalyKind,
    /** Of the allocation that showed it. */
    version: z.int().positive(),
    detail: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .meta({ id: 'UsageAnomaly' });
export type UsageAnomaly = z.infer<typeof usageAnomaly>;
export const usageAnomalyPage = pageOf(usageAnomaly).meta({ id: 'UsageAnomalyPage' });

export const usageAnomalyQuery = pageQuery.extend({ organization: id });
export type UsageAnomalyQuery = z.infer<typeof usageAnomalyQuery>;

/** What ran at a moment. Cost of the hour around it: `GET /v1/costs` with the `hour` of the answer. */
export const runningQuery = part.extend(pageQuery.shape).extend({ at: instant });
export type RunningQuery = z.infer<typeof runningQuery>;

/** Instances that were alike, by the span that they are counted by. */
export const runningInstances = z.object({
  projectId: id,
  environmentId: id,
  appId: id,
  workloadId: id,
  cluster: z.string(),
  release: z.int().positive(),
  processType: processName,
  instances: z.int().positive(),
  cpuMillicores: z.int().positive(),
  memoryMib: z.int().positive(),
  since: instant,
  /** Null: they still run. */
  until: instant.nullable(),
});
export type RunningInstances = z.infer<typeof runningInstances>;

export const running = z
  .object({
    at: instant,
    /** The hour of UTC that the moment lies in, and what was used in it; of this hour, up to now. */
    hour: usageAmounts.extend({ from: instant, to: instant }),
    items: z.array(runningInstances),
    next: z.string().nullable(),
  })
  .meta({ id: 'Running' });
export type Running = z.infer<typeof running>;

/** Hours are those of UTC, days and months those of the billing account's time zone. */
export const grain = z.enum(['hour', 'day', 'month']);

/** What was used hour by hour, day by day or month by month; of a month, up to now. */
export const usageSeriesQuery = filters
  .extend({ per: grain.default('day') })
  .refine((query) => (query.labelKey === undefined) === (query.labelValue === undefined), {
    path: ['labelValue'],
    error: 'comes with labelKey',
  })
  .refine(...together)
  .refine(...namedOnce)
  .refine(...inOrder);
export type UsageSeriesQuery = z.infer<typeof usageSeriesQuery>;

export const usageSeries = z
  .object({
    timeZone: z.string(),
    /** As an answer about usage says it, of all pieces. */
    notMetered: z.array(notMetered),
    /** In order and without gaps; the first and the last may be parts. What still runs is counted up to now. */
    items: z.array(allocatedAndUsed.extend({ from: instant, to: instant })),
  })
  .meta({ id: 'UsageSeries' });
export type UsageSeries = z.infer<typeof usageSeries>;
