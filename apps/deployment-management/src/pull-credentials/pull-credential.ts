import { createHash } from 'node:crypto';
import type { PullCredential } from '@berth/contracts/deployment';
import type { DesiredWorkload } from '@berth/contracts/runtime';

/** How many registries an organization may name: every namespace has a Secret of all of them. */
export const MOST_PULL_CREDENTIALS = 50;

/** A credential as it is stored, without its password. */
export interface PullCredentialRow extends Omit<PullCredential, 'createdAt'> {
  readonly createdAt: Date;
}

export interface OpenedCredential extends Pick<PullCredential, 'id' | 'registry' | 'username'> {
  readonly password: string;
}

export const toPullCredential = (row: PullCredentialRow): PullCredential => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
});

/** What a runtime is told. A credential never changes, so which there are says what is in them without saying it. */
export function registriesOf(credentials: readonly OpenedCredential[]): NonNullable<DesiredWorkload['registries']> {
  const ids = credentials.map(({ id }) => id).sort();
  return {
    version: createHash('sha256').update(ids.join()).digest('hex').slice(0, 16),
    logins: credentials.map(({ registry, username, password }) => ({ registry, username, password })),
  };
}
