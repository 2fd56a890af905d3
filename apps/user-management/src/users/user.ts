import type { User } from '@berth/contracts/identity';

/** A person with a proven address. */
export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly displayName: string | null;
  readonly administrator: boolean;
  readonly generation: number;
  readonly createdAt: Date;
}

export const toUser = (user: UserRecord): User => ({ ...user, createdAt: user.createdAt.toISOString() });
