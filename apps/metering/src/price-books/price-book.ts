import type { PriceBookVersion } from '@berth/contracts/metering';

/** A part of an interval in which one version of one book holds. */
export interface Cut {
  readonly version: PriceBookVersion;
  /** Number of the agreement that made these prices what they are. */
  readonly agreement?: number;
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
