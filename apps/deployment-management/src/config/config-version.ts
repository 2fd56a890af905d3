import { createHash } from 'node:crypto';
import { isFileName } from '@berth/contracts/common';

/** A plain value (in base64 under the name of a file), a pinned secret version, or the workload that this one may reach. */
export type ConfigEntry =
  { readonly value: string } | { readonly secretVersionId: string } | { readonly linkTo: string };
export type ConfigEntries = Readonly<Record<string, ConfigEntry>>;

/** Immutable numbered set of variables, files, pinned secret versions and links of a workload or a wider scope. Version 0 is empty. */
export interface ConfigVersion {
  /** The workload, organization, project or environment that it is of. */
  readonly ownerId: string;
  readonly number: number;
  readonly entries: ConfigEntries;
  /** Over names, values and secret version ids: never over a secret's value. */
  readonly hash: string;
  readonly createdAt: Date | null;
}

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const sorted = (entries: ConfigEntries): [string, ConfigEntry][] =>
  Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));

export const hashOfEntries = (entries: ConfigEntries): string => sha256(JSON.stringify(sorted(entries)));

export const emptyConfig = (ownerId: string): ConfigVersion => ({
  ownerId,
  number: 0,
  entries: {},
  hash: hashOfEntries({}),
  createdAt: null,
});

/** `set` wins over `unset` of the same name. */
export function changeEntries(entries: ConfigEntries, set: ConfigEntries, unset: readonly string[]): ConfigEntries {
  const kept = Object.entries(entries).filter(([name]) => !unset.includes(name));
  return { ...Object.fromEntries(kept), ...set };
}

export const plainEntries = (values: Readonly<Record<string, string>>): ConfigEntries =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

export const plainVariables = (entries: ConfigEntries): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, entry]) =>
      'value' in entry && !isFileName(name) ? [[name, entry.value]] : [],
    ),
  );
