import type { UsageAmounts, UsageGroup } from '@berth/contracts/metering';

/** Exact integers of base units. */
export interface Quantity {
  readonly millicoreMilliseconds: bigint;
  readonly byteMilliseconds: bigint;
  /** Of volumes. */
  readonly storageByteMilliseconds: bigint;
  /** Processor time of builds. */
  readonly buildMillicoreMilliseconds: bigint;
  /** Of answers to visitors. */
  readonly egressBytes: bigint;
  readonly domainMilliseconds: bigint;
  /** Instances, times the time that they were there. */
  readonly instanceMilliseconds: bigint;
}

export interface UsageLine extends UsageGroup {
  /** Of each interval that was asked for. */
  readonly quantities: readonly Quantity[];
}

export interface AppUsage {
  readonly appId: string;
  /** Which of the intervals that were asked for. */
  readonly interval: number;
  readonly quantity: Quantity;
}

export const nothing: Quantity = {
  ...{ millicoreMilliseconds: 0n, byteMilliseconds: 0n, storageByteMilliseconds: 0n, buildMillicoreMilliseconds: 0n },
  egressBytes: 0n,
  domainMilliseconds: 0n,
  instanceMilliseconds: 0n,
};

export const sumOf = (quantities: readonly Quantity[]): Quantity =>
  quantities.reduce(
    (sum, each) => ({
      millicoreMilliseconds: sum.millicoreMilliseconds + each.millicoreMilliseconds,
      byteMilliseconds: sum.byteMilliseconds + each.byteMilliseconds,
      storageByteMilliseconds: sum.storageByteMilliseconds + each.storageByteMilliseconds,
      buildMillicoreMilliseconds: sum.buildMillicoreMilliseconds + each.buildMillicoreMilliseconds,
      egressBytes: sum.egressBytes + each.egressBytes,
      domainMilliseconds: sum.domainMilliseconds + each.domainMilliseconds,
      instanceMilliseconds: sum.instanceMilliseconds + each.instanceMilliseconds,
    }),
    nothing,
  );

/** Whole seconds and bytes, rounded down once. */
export const amountsOf = (quantity: Quantity): UsageAmounts => ({
  millicoreSeconds: (quantity.millicoreMilliseconds / 1000n).toString(),
  byteSeconds: (quantity.byteMilliseconds / 1000n).toString(),
  storageByteSeconds: (quantity.storageByteMilliseconds / 1000n).toString(),
  buildMillicoreSeconds: (quantity.buildMillicoreMilliseconds / 1000n).toString(),
  egressBytes: quantity.egressBytes.toString(),
  domainSeconds: (quantity.domainMilliseconds / 1000n).toString(),
  instanceSeconds: (quantity.instanceMilliseconds / 1000n).toString(),
});

export const groupOf = ({ projectId, environmentId, appId, processType, label }: UsageGroup): UsageGroup => ({
  projectId,
  environmentId,
  appId,
  processType,
  label,
});

/** The order of lines, and what a page starts after. */
export const keyOf = (group: UsageGroup): string =>
  [
    group.projectId ?? '',
    group.environmentId ?? '',
    group.appId ?? '',
    group.processType ?? '',
    group.label ?? '',
  ].join('/');
