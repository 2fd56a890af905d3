import type { Schemas } from '@berth/api-client';
import { grouped } from '../../output/format.js';

type Amounts = Pick<Schemas['Usage']['total'], 'millicoreSeconds' | 'byteSeconds' | 'storageByteSeconds'>;

/** Heads of the columns of `amounts`. */
export const amountHeads = ['core-seconds', 'GiB-seconds', 'byte-seconds', 'volume GiB-seconds'];

const gibibytes = (bytes: string): string => grouped((BigInt(bytes) / 2n ** 30n).toString());

/** Whole units, rounded down: the exact figures are in `--json`. */
export const amounts = ({ millicoreSeconds, byteSeconds, storageByteSeconds }: Amounts): string[] => [
  grouped((BigInt(millicoreSeconds) / 1_000n).toString()),
  gibibytes(byteSeconds),
  grouped(byteSeconds),
  gibibytes(storageByteSeconds),
];
