import type { CloudEvent, DataOf, workloadUsageMeasured } from '@berth/contracts/events';
import type { UsageGroup, UsedAmounts } from '@berth/contracts/metering';

export type MeasuredEvent = CloudEvent<DataOf<typeof workloadUsageMeasured>>;

/** What was seen to be used. */
export interface Used {
  readonly group: UsageGroup;
  /** Which of the intervals that were asked for. */
  readonly interval: number;
  readonly millicoreMilliseconds: bigint;
  readonly byteMilliseconds: bigint;
  readonly measuredMilliseconds: bigint;
}

/** Whole seconds, rounded down once. */
export const usedAmountsOf = (used: Used | undefined): UsedAmounts =>
  used
    ? {
        millicoreSeconds: (used.millicoreMilliseconds / 1000n).toString(),
        byteSeconds: (used.byteMilliseconds / 1000n).toString(),
        instanceSeconds: (used.measuredMilliseconds / 1000n).toString(),
      }
    : null;
