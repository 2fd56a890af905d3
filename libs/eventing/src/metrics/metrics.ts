import { Counter, Gauge } from 'prom-client';

/** Age in seconds of the oldest committed event that is not on the bus yet. */
export const outboxLag = new Gauge({
  name: 'berth_outbox_lag_seconds',
  help: 'Age of the oldest committed event that is not published yet',
  labelNames: ['service'],
});

export const deadLettered = new Counter({
  name: 'berth_events_dead_lettered_total',
  help: 'Events that could not be handled and park their key',
  labelNames: ['type'],
});
