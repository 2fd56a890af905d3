/** The value below which `share` (0..1) of the values lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (values) => quantile(values, 0.5);
export const p50 = median;
export const p99 = (values) => quantile(values, 0.99);

/** Least, middle and greatest of the values. */
export const spread = (values) => ({
  min: Math.min(...values),
  median: median(values),
  max: Math.max(...values),
});

/** Kolmogorov-Smirnov: how far the shares of values below any bound are apart at most, 0 (alike) to 1. */
export function distance(one, other) {
  const shareBelow = (values, bound) => values.filter((value) => value <= bound).length / values.length;
  return Math.max(...[...one, ...other].map((bound) => Math.abs(shareBelow(one, bound) - shareBelow(other, bound))));
}
