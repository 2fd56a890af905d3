import type { Schemas } from '@berth/api-client';
import { grouped } from '../../output/format.js';

type Total = Schemas['Usage']['total'];
type Amounts = Omit<Total, 'used'>;

/** Heads of the columns of `amounts`. */
export const amountHeads = [
  'core-seconds',
  'GiB-seconds',
  'byte-seconds',
  'volume GiB-seconds',
  'build core-seconds',
  'traffic bytes',
  'domain hours',
];

const cores = (millicores: string): string => grouped((BigInt(millicores) / 1_000n).toString());
const gibibytes = (bytes: string): string => grouped((BigInt(bytes) / 2n ** 30n).toString());

/** Whole units, rounded down: the exact figures are in `--json`. */
export const amounts = ({ millicoreSeconds, byteSeconds, ...others }: Amounts): string[] => [
  cores(millicoreSeconds),
  gibibytes(byteSeconds),
  grouped(byteSeconds),
  gibibytes(others.storageByteSeconds),
  cores(others.buildMillicoreSeconds),
  grouped(others.egressBytes),
  grouped((BigInt(others.domainSeconds) / 3_600n).toString()),
];

/** Heads of the columns of `used`. */
export const usedHeads = ['used core-seconds', 'used GiB-seconds', 'measured'];

/** What was seen to be used, and of how much of the time of instances that is known. */
export function used({ used: seen, instanceSeconds }: Total): (string | null)[] {
  if (!seen) return [null, null, null];
  const share = (100n * BigInt(seen.instanceSeconds)) / (BigInt(instanceSeconds) || 1n);
  return [cores(seen.millicoreSeconds), gibibytes(seen.byteSeconds), `${share} %`];
}
