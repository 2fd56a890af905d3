import type { ConfigEntries, ConfigEntry } from '../config/config-version.js';

export interface SecretVersion {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  /** Of what is in it, where it is a file; null: a variable. */
  readonly bytes: number | null;
  readonly createdAt: Date;
}

export interface Replaced {
  readonly name: string;
  readonly revoked: number;
  readonly by: ConfigEntry;
}

/** Ids of the secret versions that a config pins. */
export const pinnedIn = (entries: ConfigEntries): string[] =>
  Object.values(entries).flatMap((entry) => ('secretVersionId' in entry ? [entry.secretVersionId] : []));

/**
 * Puts what the current config says in the place of each revoked version. A name that the current config has no more
 * is `missing`: nothing could take its place.
 */
export function withoutRevoked(
  entries: ConfigEntries,
  revoked: readonly SecretVersion[],
  current: ConfigEntries,
): { entries: ConfigEntries; replaced: Replaced[]; missing: SecretVersion[] } {
  const replaced = revoked.flatMap(({ name, number }): Replaced[] => {
    const by = current[name];
    return by ? [{ name, revoked: number, by }] : [];
  });
  const missing = revoked.filter(({ name }) => !current[name]);
  return {
    entries: { ...entries, ...Object.fromEntries(replaced.map(({ name, by }) => [name, by])) },
    replaced,
    missing,
  };
}
