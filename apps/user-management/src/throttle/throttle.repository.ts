import { createHash } from 'node:crypto';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Attempts, FORGOTTEN_AFTER_MS, NOT_BLOCKED } from './attempts.js';

/** Attempts by account and by address. They lie in the database, so that replicas count together. */
@Injectable()
export class ThrottleRepository {
  /** Holds the row until the transaction ends: those who try at the same time take turns. */
  async lock(tx: Tx, subject: string, now: Date): Promise<Attempts | undefined> {
    // In one statement: a row that another transaction deletes between two of them would be held by nobody.
    const [row] = await tx.query<Attempts>(
      `insert into throttle as known (key, count, blocked_until, last_at) values ($1, 0, $3, $2)
       on conflict (key) do update set count = known.count
       returning count, blocked_until as "blockedUntil", last_at as "lastAt"`,
      [keyOf(subject), now, NOT_BLOCKED],
    );
    return row;
  }

  /** Deletes a few of what is too old to count. The last thing that a transaction does: it holds rows of others then. */
  async forgetOld(tx: Tx, now: Date): Promise<void> {
    await tx.query(
      `delete from throttle where ctid = any (array(
         select ctid from throttle where last_at < $1 limit 20 for update skip locked))`,
      [new Date(now.getTime() - FORGOTTEN_AFTER_MS)],
    );
  }

  async store(tx: Tx, subject: string, { count, blockedUntil, lastAt }: Attempts): Promise<void> {
    await tx.query('update throttle set count = $2, blocked_until = $3, last_at = $4 where key = $1', [
      keyOf(subject),
      count,
      blockedUntil,
      lastAt,
    ]);
  }

  async forget(tx: Tx, subject: string): Promise<void> {
    await tx.query('delete from throttle where key = $1', [keyOf(subject)]);
  }

  /** Takes one attempt back. */
  async giveBack(tx: Tx, subject: string): Promise<void> {
    await tx.query('update throttle set count = count - 1, blocked_until = $2 where key = $1 and count > 0', [
      keyOf(subject),
      NOT_BLOCKED,
    ]);
  }
}

/** Whose account was tried from where is nobody's business. */
const keyOf = (subject: string): string => createHash('sha256').update(subject).digest('hex');
