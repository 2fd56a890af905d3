import type { Schemas } from '@berth/api-client';
import { grouped } from '../../output/format.js';

/** Whole units, rounded down: the exact figures are in `--json`. */
export const amounts = ({
  millicoreSeconds,
  byteSeconds,
}: Pick<Schemas['Usage']['total'], 'millicoreSeconds' | 'byteSeconds'>): string[] => [
  grouped((BigInt(millicoreSeconds) / 1_000n).toString()),
  grouped((BigInt(byteSeconds) / 2n ** 30n).toString()),
  grouped(byteSeconds),
];
