import type { Scope } from '@berth/contracts/events';
import type { ClientSecretView, ServiceAccountView } from '@berth/contracts/identity';

export interface ClientSecretRecord {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

/** A machine of an organization, with the one role that it has there. */
export interface ServiceAccountRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: ServiceAccountView['role'];
  readonly scope: Scope;
  readonly createdAt: Date;
}

export const toSecretView = ({ serviceAccountId: _, ...secret }: ClientSecretRecord): ClientSecretView => ({
  ...secret,
  createdAt: secret.createdAt.toISOString(),
  expiresAt: secret.expiresAt.toISOString(),
  lastUsedAt: secret.lastUsedAt?.toISOString() ?? null,
});

export const toView = (
  account: ServiceAccountRecord,
  secrets: readonly ClientSecretRecord[] = [],
): ServiceAccountView => ({
  ...account,
  createdAt: account.createdAt.toISOString(),
  secrets: secrets.filter(({ serviceAccountId }) => serviceAccountId === account.id).map(toSecretView),
});
