import type { Schemas } from '@berth/api-client';
import { grouped } from '../../output/format.js';

type Amounts = Schemas['Usage']['total'];

/** Heads of the columns of `amounts`. */
export const amountHeads = ['core-seconds', 'GiB-seconds', 'byte-seconds', 'volume GiB-seconds', 'build core-seconds'];

const cores = (millicores: string): string => grouped((BigInt(millicores) / 1_000n).toString());
const gibibytes = (bytes: string): string => grouped((BigInt(bytes) / 2n ** 30n).toString());

/** Whole units, rounded down: the exact figures are in `--json`. */
export const amounts = ({ millicoreSeconds, byteSeconds, ...others }: Amounts): string[] => [
  cores(millicoreSeconds),
  gibibytes(byteSeconds),
  grouped(byteSeconds),
  gibibytes(others.storageByteSeconds),
  cores(others.buildMillicoreSeconds),
];
