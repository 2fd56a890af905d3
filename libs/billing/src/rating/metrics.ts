import type { Metric } from '@berth/contracts/metering';
import { exact, type Exact } from './exact.js';

export interface Unit {
  /** What prices are for, `core-hour`. */
  readonly name: string;
  /** Base units in it: millicore-milliseconds, byte-milliseconds, bytes, domain-milliseconds. */
  readonly size: Exact;
}

const millisecondsPerHour = 3_600_000n;

export const unitOf: Readonly<Record<Metric, Unit>> = {
  cpu: { name: 'core-hour', size: exact(1_000n * millisecondsPerHour) },
  memory: { name: 'GiB-hour', size: exact(2n ** 30n * millisecondsPerHour) },
  storage: { name: 'GiB-hour', size: exact(2n ** 30n * millisecondsPerHour) },
  build: { name: 'core-hour', size: exact(1_000n * millisecondsPerHour) },
  egress: { name: 'GiB', size: exact(2n ** 30n) },
  domain: { name: 'domain-hour', size: exact(millisecondsPerHour) },
};
