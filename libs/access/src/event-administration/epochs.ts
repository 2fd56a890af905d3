import type { Epoch } from '@berth/eventing';
import { epochErrors } from './epochs.errors.js';

/**
 * Whether another epoch must begin; false when it has. `over`: the one to be left, if somebody names it.
 * @throws EpochNotBegun, DatabaseNotRestored
 */
export function isDue({ epoch, beganAt, isOfThisDatabase }: Epoch, over: number | undefined): boolean {
  if (over !== undefined && over > epoch)
    throw epochErrors.EpochNotBegun(`The epoch is ${epoch}, and none after it has begun.`, { pointer: '/over' });
  if (!isOfThisDatabase) return true;
  if (over !== undefined) return over === epoch;
  if (beganAt !== null) return false;
  throw epochErrors.DatabaseNotRestored(
    'Nothing shows that the database was restored, and another epoch would lose what was measured and not told. ' +
      `If its files were put back, name the epoch to be left, which is ${epoch}.`,
  );
}
