import type { ProcessSettings, Vertical, VerticalBounds, VerticalState } from '@berth/contracts/deployment';
import type { Peaks } from './decision.js';

/** Settings before a change of ours, and after it. */
export interface SizeChange {
  readonly before: ProcessSettings;
  readonly after: ProcessSettings;
}

export interface VerticalRow {
  readonly workloadId: string;
  readonly processes: Readonly<Record<string, VerticalBounds>>;
  readonly state: VerticalState;
  readonly message: string;
  readonly deploymentId: string | null;
  /** Not null: the end of its deployment is waited for. */
  readonly change: SizeChange | null;
  readonly restsUntil: Date | null;
}

export const toVertical = ({ change: _, restsUntil, ...row }: VerticalRow): Vertical => ({
  ...row,
  restsUntil: restsUntil?.toISOString() ?? null,
});

/** What was seen from an instant on, until the next one. */
export interface PeaksSince extends Peaks {
  readonly since: Date;
}

/** The times that peaks are kept for: so many in a window. */
export const PARTS = 24;

export const partOf = (at: Date, windowSeconds: number): Date => {
  const length = (windowSeconds * 1_000) / PARTS;
  return new Date(Math.floor(at.getTime() / length) * length);
};

interface Times {
  readonly now: Date;
  readonly windowSeconds: number;
  readonly everySeconds: number;
}

/**
 * Peaks of late, as long as a size is kept at least; and those of the whole window, once there are some from before it or its
 * first part, and at least every other part of it has some: what sleeps at night is known by its days.
 */
export function seenIn(
  parts: readonly PeaksSince[],
  { now, windowSeconds, everySeconds }: Times,
): { readonly recent: Peaks | null; readonly whole: Peaks | null } {
  const partMs = (windowSeconds * 1_000) / PARTS;
  const from = partOf(now, windowSeconds).getTime() - windowSeconds * 1_000;
  const late = now.getTime() - Math.max(everySeconds * 1_000, partMs);
  const within = parts.filter(({ since }) => since.getTime() >= from);
  const isWhole = within.length * 2 >= PARTS && within.some(({ since }) => since.getTime() <= from + partMs);
  return {
    recent: peakOf(parts.filter(({ since }) => since.getTime() + partMs > late)),
    whole: isWhole ? peakOf(within) : null,
  };
}

const peakOf = (parts: readonly PeaksSince[]): Peaks | null =>
  parts.length === 0
    ? null
    : {
        cpuMillicores: Math.max(...parts.map(({ cpuMillicores }) => cpuMillicores)),
        memoryMib: Math.max(...parts.map(({ memoryMib }) => memoryMib)),
      };
