import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { likePrefix } from '../like-prefix.js';
import { hasSecondFactor } from '../second-factor/second-factor.repository.js';
import type { UserRecord, UserState, UserWithPassword } from './user.js';
import { idsOfUsernamesLike, usernameOf } from './usernames.repository.js';

const columns = `id, email, ${usernameOf('app_user.id')} as username, display_name as "displayName", administrator, generation, state,
  erase_at as "eraseAt", created_at as "createdAt"`;
const withPassword = `${columns}, password_hash as "passwordHash", password_ends_at as "passwordEndsAt"`;

@Injectable()
export class UsersRepository {
  /** False when the address belongs to somebody already. */
  async insert(
    tx: Tx,
    user: Omit<UserRecord, 'username' | 'generation' | 'state' | 'eraseAt'> & {
      readonly passwordHash: string;
      readonly passwordEndsAt?: Date;
    },
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into app_user (id, email, display_name, password_hash, administrator, created_at, password_ends_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (email) do nothing returning id`,
      [
        user.id,
        user.email,
        user.displayName,
        user.passwordHash,
        user.administrator,
        user.createdAt,
        user.passwordEndsAt ?? null,
      ],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string, lock: '' | 'for update' = ''): Promise<UserRecord | undefined> {
    const [user] = await sql.query<UserRecord>(`select ${columns} from app_user where id = $1 ${lock}`, [id]);
    return user;
  }

  async findByEmail(sql: Sql, email: string): Promise<UserWithPassword | undefined> {
    const [user] = await sql.query<UserWithPassword>(`select ${withPassword} from app_user where email = $1`, [email]);
    return user;
  }

  async findWithPassword(sql: Sql, id: string): Promise<UserWithPassword | undefined> {
    const [user] = await sql.query<UserWithPassword>(`select ${withPassword} from app_user where id = $1`, [id]);
    return user;
  }

  /** By the e-mail address or the username; no username has an @. */
  async findByName(sql: Sql, name: string): Promise<UserWithPassword | undefined> {
    if (name.includes('@')) return this.findByEmail(sql, name);
    const [user] = await sql.query<UserWithPassword>(
      `select ${withPassword} from app_user
        where id = (select user_id from username where name = $1 and free_at is null)`,
      [name],
    );
    return user;
  }

  async passwordHashOf(sql: Sql, id: string, lock: '' | 'for share' | 'for update' = ''): Promise<string | undefined> {
    const [row] = await sql.query<{ hash: string }>(
      `select password_hash as hash from app_user where id = $1 ${lock}`,
      [id],
    );
    return row?.hash;
  }

  /** One of their own choice. Answers the address of the user, undefined when there is none. */
  async setPassword(tx: Tx, id: string, passwordHash: string): Promise<string | undefined> {
    const [row] = await tx.query<{ email: string }>(
      'update app_user set password_hash = $2, password_ends_at = null where id = $1 returning email',
      [id, passwordHash],
    );
    return row?.email;
  }

  /** Answers the address of the user, undefined when there is none. */
  async setState(tx: Tx, id: string, state: UserState, eraseAt: Date | null): Promise<string | undefined> {
    const [row] = await tx.query<{ email: string }>(
      'update app_user set state = $2, erase_at = $3 where id = $1 returning email',
      [id, state, eraseAt],
    );
    return row?.email;
  }

  /** False when the address belongs to somebody else. */
  async setEmail(tx: Tx, id: string, email: string): Promise<boolean> {
    const rows = await tx.query(
      `update app_user set email = $2, generation = generation + 1
        where id = $1 and not exists (select from app_user where email = $2 and id <> $1) returning id`,
      [id, email],
    );
    return rows.length > 0;
  }

  async rename(tx: Tx, id: string, displayName: string | null): Promise<UserRecord | undefined> {
    const [user] = await tx.query<UserRecord>(
      `update app_user set display_name = $2, generation = generation + 1 where id = $1 returning ${columns}`,
      [id, displayName],
    );
    return user;
  }

  /** Those whose address or username begins so, in the order of their addresses. */
  search(
    sql: Sql,
    prefix: string,
    after: string | null,
    limit: number,
  ): Promise<(UserRecord & { secondFactor: boolean })[]> {
    return sql.query(
      `select ${columns}, ${hasSecondFactor('app_user.id')} as "secondFactor"
         from app_user where (email like $1 or id = any(array(${idsOfUsernamesLike('$1')}))) and ($2::text is null or email > $2 collate "C")
        order by email collate "C" limit $3`,
      [likePrefix(prefix), after, limit],
    );
  }

  async isEmpty(sql: Sql): Promise<boolean> {
    return (await sql.query('select 1 from app_user limit 1')).length === 0;
  }
}
