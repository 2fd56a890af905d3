import type { PriceBook, PriceBookVersion } from '@berth/contracts/metering';

/** A book with the versions that hold somewhere in an interval, in order. */
export interface PriceBookForInterval extends Omit<PriceBook, 'current'> {
  readonly versions: readonly PriceBookVersion[];
}

/** A part of an interval in which one version holds. */
export interface Cut {
  readonly version: PriceBookVersion;
  readonly from: Date;
  readonly to: Date;
}

/** Cuts an interval where prices change. Empty when the interval is. */
export function cutsOf(versions: readonly PriceBookVersion[], from: Date, to: Date): Cut[] {
  return versions
    .map((version) => ({
      version,
      from: new Date(Math.max(from.getTime(), Date.parse(version.validFrom))),
      to: version.validTo === null ? to : new Date(Math.min(to.getTime(), Date.parse(version.validTo))),
    }))
    .filter((cut) => cut.from < cut.to);
}
