import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hashToken, newToken } from '../sealing/opaque-token.js';

const VALID_MS = 30 * 60_000;

@Injectable()
export class RecoveryRepository {
  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** Keeps what was asked for until a worker looks at it: answering must not depend on whether there is such an account. */
  async ask(tx: Tx, id: string, email: string): Promise<void> {
    await tx.query('insert into recovery_request (id, email, created_at) values ($1, $2, $3)', [
      id,
      email,
      this.clock.now(),
    ]);
  }

  async takeRequest(tx: Tx, id: string): Promise<string | undefined> {
    const [request] = await tx.query<{ email: string }>('delete from recovery_request where id = $1 returning email', [
      id,
    ]);
    return request?.email;
  }

  /** Answers the one token that is good from now on, which is stored nowhere. Also forgets what has ended. */
  async begin(tx: Tx, userId: string): Promise<string> {
    const token = newToken();
    const now = this.clock.now();
    await tx.query(
      `with ended as (delete from recovery where user_id <> $2 and expires_at < $3)
       insert into recovery (user_id, token_hash, expires_at) values ($2, $1, $4)
       on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
      [hashToken(token), userId, now, new Date(now.getTime() + VALID_MS)],
    );
    return token;
  }

  /** Uses the token up; answers whose it was. */
  async take(tx: Tx, token: string): Promise<string | undefined> {
    const [taken] = await tx.query<{ userId: string }>(
      'delete from recovery where token_hash = $1 and expires_at > $2 returning user_id as "userId"',
      [hashToken(token), this.clock.now()],
    );
    return taken?.userId;
  }
}
