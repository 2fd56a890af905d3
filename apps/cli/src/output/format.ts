const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 MiB`. */
export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  const fits = units.findIndex((_, power) => Number((count / 1_024 ** power).toFixed(1)) < 1_024);
  const power = fits === -1 ? units.length - 1 : fits;
  return `${(count / 1_024 ** power).toFixed(1)} ${units[power]}`;
}

/** `2026-11-21 10:00:05` in UTC. */
export const time = (instant: string | null): string | null => instant && instant.slice(0, 19).replace('T', ' ');

/** `850 ms`, `12.3 s`, `4 min 10 s`. */
export function duration(milliseconds: number): string {
  if (Math.round(milliseconds) < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `3f2c91a`. */
export const shortCommit = (commit: string | null): string | null => commit && commit.slice(0, 7);

/** `7a3f9c2b81d0` of `sha256:7a3f...`. */
export const shortDigest = (digest: string | null): string | null =>
  digest && digest.replace('sha256:', '').slice(0, 12);

/** Groups of three digits of an integer in a string, which may exceed 2^53. */
export const grouped = (integer: string): string => integer.replaceAll(/\B(?=([0-9]{3})+$)/g, ' ');
