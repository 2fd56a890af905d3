import type { User } from '@berth/contracts/identity';

/** deactivated: closed by the person, who may come back; suspended: closed by an administrator. */
export type UserState = 'active' | 'deactivated' | 'suspended';

/** A person with a proven address. */
export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly displayName: string | null;
  readonly administrator: boolean;
  readonly generation: number;
  readonly state: UserState;
  /** When nothing of it will be left; null: it stays. */
  readonly eraseAt: Date | null;
  readonly createdAt: Date;
}

/** A person, and what their password is compared with. */
export interface UserWithPassword extends UserRecord {
  readonly passwordHash: string;
  /** When the password ends that they did not choose; null: their own. */
  readonly passwordEndsAt: Date | null;
}

export const toUser = (user: UserRecord): User => ({
  id: user.id,
  email: user.email,
  username: user.username,
  displayName: user.displayName,
  administrator: user.administrator,
  generation: user.generation,
  createdAt: user.createdAt.toISOString(),
});
