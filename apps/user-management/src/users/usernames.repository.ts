import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { likePrefix } from '../like-prefix.js';

export interface FormerUsername {
  readonly username: string;
  readonly heldUntil: Date;
}

/** SQL for the username of the user with that id. */
export const usernameOf = (id: string): string =>
  `(select name from username where username.user_id = ${id} and free_at is null)`;

/** SQL for the ids of those whose username is like that pattern. */
export const idsOfUsernamesLike = (pattern: string): string =>
  `select user_id from username where name like ${pattern} and free_at is null`;

/** Who has which username, and had which until when. One row for each name, so that nobody's are two people's. */
@Injectable()
export class UsernamesRepository {
  /**
   * False when somebody else has it, or had it until lately. That is looked at first, so that two who want each other's
   * names are both refused instead of waiting for each other.
   */
  async claim(tx: Tx, name: string, userId: string, now: Date): Promise<boolean> {
    const rows = await tx.query(
      `insert into username as known (name, user_id)
       select $1, $2 where not exists (
         select from username where name = $1 and user_id <> $2 and (free_at is null or free_at > $3))
       on conflict (name) do update set user_id = excluded.user_id, free_at = null
         where known.user_id = excluded.user_id or known.free_at <= $3
       returning name`,
      [name, userId, now],
    );
    return rows.length > 0;
  }

  /** The user's present one becomes a former one. */
  async release(tx: Tx, userId: string, freeAt: Date): Promise<void> {
    await tx.query('update username set free_at = $2 where user_id = $1 and free_at is null', [userId, freeAt]);
  }

  /** By anybody but that user. */
  async isTaken(sql: Sql, name: string, userId: string | null, now: Date): Promise<boolean> {
    const rows = await sql.query(
      `select from username
        where name = $1 and user_id is distinct from $2::uuid and (free_at is null or free_at > $3)`,
      [name, userId, now],
    );
    return rows.length > 0;
  }

  /** The smallest number that makes a name of the stem that nobody has. There is one among as many numbers as names. */
  async freeNumber(tx: Tx, stem: string): Promise<number> {
    const { number } = (await tx.queryOne<{ number: number }>(
      `select number from generate_series(2, 2 + (select count(*)::int from username where name like $2)) number
        where not exists (select from username where name = $1 || number) order by number limit 1`,
      [stem, likePrefix(stem)],
    )) as { number: number };
    return number;
  }

  former(sql: Sql, userId: string, now: Date): Promise<FormerUsername[]> {
    return sql.query<FormerUsername>(
      `select name as username, free_at as "heldUntil" from username
        where user_id = $1 and free_at > $2 order by free_at`,
      [userId, now],
    );
  }

  /** Deletes a few that nobody is kept from having any more. */
  async forgetFree(tx: Tx, now: Date): Promise<void> {
    await tx.query(
      `delete from username where ctid = any (array(
         select ctid from username where free_at <= $1 limit 20 for update skip locked))`,
      [now],
    );
  }
}
