import type { Role, Scope } from '@berth/contracts/events';
import type { InvitationView } from '@berth/contracts/identity';

/** A role that waits for whoever reads the mail to an address. */
export interface InvitationRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly scope: Scope;
  readonly role: Role;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

const VALID_MS = 7 * 86_400_000;

export const expiryFrom = (now: Date): Date => new Date(now.getTime() + VALID_MS);

export const toView = ({ expiresAt, createdAt, ...rest }: InvitationRecord): InvitationView => ({
  ...rest,
  expiresAt: expiresAt.toISOString(),
  createdAt: createdAt.toISOString(),
});
