import { outboundFetch } from '@berth/service-kit';
import { Prometheus, type PrometheusAccess } from './prometheus.js';

const LIMITS = { timeoutMs: 10_000, maxBytes: 4 * 1_048_576 };

/** By the rules for addresses that somebody named: see `outboundFetch`. */
export const prometheusAt = (access: PrometheusAccess, allowPrivateAddresses: boolean): Prometheus =>
  new Prometheus(access, outboundFetch({ ...LIMITS, allowPrivateAddresses }));
