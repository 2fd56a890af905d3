import { Gauge, Histogram, register } from 'prom-client';

/** Reads gauges when they are scraped, so that nothing is counted for nobody. */
export interface MetricsSource {
  /** Deadlines that are more than 5 s past due. */
  overdue(): Promise<number>;
  /** Due keys by queue. */
  depths(): Promise<{ queue: string; depth: number }[]>;
  /** Keys that get no further until somebody acts, by queue and by what that is. */
  blocked(): Promise<BlockedCount[]>;
}

export interface BlockedCount {
  readonly queue: string;
  /** Reason of the `Blocked` that was thrown. */
  readonly reason: string;
  readonly count: number;
}

/** Several services may share one process: each adds its source, and each figure is stated over all of them. */
const sources = new Set<MetricsSource>();

export const duration = new Histogram({
  name: 'reconcile_duration_seconds',
  help: 'Duration of one run of a reconciler, by how it ended',
  labelNames: ['queue', 'verdict'],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
  registers: [register],
});

const overdue = new Gauge({
  name: 'reconcile_overdue',
  help: 'Deadlines that are more than 5 s past due',
  registers: [register],
  async collect() {
    const counts = await Promise.all([...sources].map((source) => source.overdue()));
    this.set(counts.reduce((sum, count) => sum + count, 0));
  },
});

const depth = new Gauge({
  name: 'reconcile_queue_depth',
  help: 'Keys that are due, by queue',
  labelNames: ['queue'],
  registers: [register],
  async collect() {
    const rows = (await Promise.all([...sources].map((source) => source.depths()))).flat();
    this.reset();
    for (const row of rows) this.inc({ queue: row.queue }, row.depth);
  },
});

const blocked = new Gauge({
  name: 'reconcile_blocked',
  help: 'Keys that get no further until somebody acts, by queue and reason',
  labelNames: ['queue', 'reason'],
  registers: [register],
  async collect() {
    const rows = (await Promise.all([...sources].map((source) => source.blocked()))).flat();
    this.reset();
    for (const { queue, reason, count } of rows) this.inc({ queue, reason }, count);
  },
});

export const reconcileMetrics = { overdue, depth, blocked, duration };

export function addMetricsSource(source: MetricsSource): () => void {
  sources.add(source);
  return () => sources.delete(source);
}
