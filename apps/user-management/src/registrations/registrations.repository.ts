import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hashToken, newToken } from '../sealing/opaque-token.js';

const VALID_MS = 24 * 3_600_000;

export interface RegistrationRecord {
  readonly email: string;
  readonly displayName: string | null;
  /** null: none was chosen. */
  readonly username: string | null;
  readonly passwordHash: string;
}

@Injectable()
export class RegistrationsRepository {
  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** Answers the token that verifies it, which is stored nowhere. Also forgets registrations that nobody verified in time. */
  async insert(tx: Tx, { email, displayName, username, passwordHash }: RegistrationRecord): Promise<string> {
    const token = newToken();
    const now = this.clock.now();
    await tx.query(
      `with expired as (delete from registration where expires_at < $5)
       insert into registration (token_hash, email, display_name, password_hash, expires_at, username)
       values ($1, $2, $3, $4, $6, $7)`,
      [hashToken(token), email, displayName, passwordHash, now, new Date(now.getTime() + VALID_MS), username],
    );
    return token;
  }

  /**
   * Uses the token up: the registration and all others of its address are gone. Those are locked in one order: two of one
   * address that are verified at once would wait for each other.
   */
  async take(tx: Tx, token: string): Promise<RegistrationRecord | undefined> {
    const [taken] = await tx.query<RegistrationRecord>(
      `with address as materialized (
         select token_hash from registration
          where email = (select email from registration where token_hash = $1 and expires_at > $2)
          order by token_hash for update),
       gone as (
         delete from registration where token_hash in (select token_hash from address)
         returning token_hash, email, display_name, username, password_hash)
       select email, display_name as "displayName", username, password_hash as "passwordHash" from gone where token_hash = $1`,
      [hashToken(token), this.clock.now()],
    );
    return taken;
  }
}
