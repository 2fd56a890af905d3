import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

@Injectable()
export class PasswordContextRepository {
  /** What others may know of a user: address, names, and the names of their organizations. */
  async of(sql: Sql, userId: string): Promise<string[]> {
    const rows = await sql.query<{ word: string }>(
      `with member as (
         select slug, display_name from organization
          where id in (select organization_id from membership where user_id = $1))
       select email as word from app_user where id = $1
       union select display_name from app_user where id = $1 and display_name is not null
       union select name from username where user_id = $1 and free_at is null
       union select slug from member
       union select display_name from member where display_name is not null`,
      [userId],
    );
    return rows.map(({ word }) => word);
  }

  /** Hash of a password that ends by itself; undefined when somebody chose it. */
  async initialOf(sql: Sql, userId: string): Promise<string | undefined> {
    const [row] = await sql.query<{ hash: string }>(
      'select password_hash as hash from app_user where id = $1 and password_ends_at is not null',
      [userId],
    );
    return row?.hash;
  }
}
