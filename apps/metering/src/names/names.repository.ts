import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What projects, environments and apps are called. Names never change, and stay when what has them is deleted. */
@Injectable()
export class NamesRepository {
  async keep(tx: Tx, organizationId: string, id: string, name: string): Promise<void> {
    const sql = 'insert into place_name (organization_id, id, name) values ($1, $2, $3) on conflict do nothing';
    await tx.query(sql, [organizationId, id, name]);
  }

  async of(sql: Sql, organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await sql.query<{ id: string; name: string }>(
      'select id, name from place_name where organization_id = $1 and id = any($2)',
      [organizationId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
