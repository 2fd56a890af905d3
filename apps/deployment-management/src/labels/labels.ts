import type { Labels } from '@berth/contracts/common';
import type { ChangeLabels } from '@berth/contracts/deployment';

/** A JSON merge patch (RFC 7396) of labels. */
export function merged(labels: Labels, change: ChangeLabels): Labels {
  const all = { ...labels, ...change };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export const isSame = (a: Labels, b: Labels): boolean =>
  JSON.stringify(merged(a, {})) === JSON.stringify(merged(b, {}));
