import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';

const VALID_MS = 5 * 60_000;

/** What devices are asked to sign. Each is good once, and for whom it was made. */
@Injectable()
export class PasskeyChallenges {
  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** @param userId null: nobody knows yet who will show a passkey */
  async add(tx: Tx, challenge: string, userId: string | null): Promise<void> {
    const now = this.clock.now();
    await tx.query(
      `with ended as (delete from passkey_challenge where expires_at < $3)
       insert into passkey_challenge (challenge_hash, user_id, expires_at) values ($1, $2, $4)`,
      [hashToken(challenge), userId, now, new Date(now.getTime() + VALID_MS)],
    );
  }

  async take(tx: Tx, challenge: string, userId: string | null): Promise<boolean> {
    const rows = await tx.query(
      `delete from passkey_challenge where challenge_hash = $1 and user_id is not distinct from $2 and expires_at > $3
       returning challenge_hash`,
      [hashToken(challenge), userId, this.clock.now()],
    );
    return rows.length > 0;
  }
}

/** The challenge that a browser says was signed; nothing is verified yet. */
export function challengeOf(clientDataJSON: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as { challenge?: unknown };
    return typeof challenge === 'string' ? challenge : undefined;
  } catch {
    return undefined; // not JSON: nothing was signed
  }
}
