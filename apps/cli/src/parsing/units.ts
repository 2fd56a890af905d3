import { usageError } from '../errors.js';

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of `90`, `30s`, `10m`, `2h`, `1d` or `1h30m`. */
export function parseDuration(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  if (!/^([0-9]{1,9}[smhd])+$/.test(text)) throw usageError(`"${text}" is not a duration: write 30s, 10m, 2h or 1d.`);
  const parts = [...text.matchAll(/([0-9]+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? 0), 0);
}

/** Millicores of `500m`, `0.5` or `2`. */
export function parseCpu(text: string): number {
  const milli = /^([0-9]{1,6})m$/.exec(text)?.[1];
  if (milli !== undefined) return Number(milli);
  if (!/^[0-9]{1,3}(\.[0-9]{1,3})?$/.test(text)) {
    throw usageError(`"${text}" is not an amount of CPU: write 500m for half a core, or 2 for two cores.`);
  }
  return Math.round(Number(text) * 1_000);
}

/** MiB of `256Mi` or `2Gi`; fractions of a GiB are whole MiB. */
export function parseMemory(text: string): number {
  const match = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)(Mi|Gi)B?$/.exec(text);
  const mib = match ? Number(match[1]) * (match[2] === 'Gi' ? 1_024 : 1) : Number.NaN;
  if (!Number.isInteger(mib)) throw usageError(`"${text}" is not an amount of memory: write 256Mi or 1Gi.`);
  return mib;
}

/** Number of `v7` or `7`. */
export function parseNumber(text: string, what: 'release' | 'deployment'): number {
  const digits = /^[v#]?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  if (digits === undefined) throw usageError(`"${text}" is not a ${what}: write ${what === 'release' ? 'v7' : '7'}.`);
  return Number(digits);
}

/** A whole number of at least `least`. */
export function parseCount(text: string, least = 0): number {
  if (!/^[0-9]{1,6}$/.test(text) || Number(text) < least)
    throw usageError(`"${text}" is not a number of at least ${least}.`);
  return Number(text);
}
