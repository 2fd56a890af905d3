import { outboundFetch } from '@berth/service-kit';
import { Prometheus, type PrometheusAccess } from './prometheus.js';

const LIMITS = { timeoutMs: 10_000, maxBytes: 4 * 1_048_576 };

/** By the rules for addresses that somebody named: see `outboundFetch`. What the configuration names needs no list of hosts. */
export const prometheusAt = (
  access: PrometheusAccess,
  allowPrivateAddresses: boolean,
  hosts: readonly string[] = [],
): Prometheus => new Prometheus(access, outboundFetch({ ...LIMITS, allowPrivateAddresses, hosts }));
