import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface Name {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
}

/** What projects, environments, apps and domains are called. Names never change, and stay when what has them is deleted. */
@Injectable()
export class NamesRepository {
  /** In one order, so that two who keep the same ones do not wait for each other. */
  async keep(tx: Tx, names: readonly Name[]): Promise<void> {
    const sql = `
      insert into place_name (organization_id, id, name)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as told (organization_id, id, name) order by 1, 2
      on conflict do nothing`;
    const columns = [names.map(({ organizationId }) => organizationId), names.map(({ id }) => id)];
    await tx.query(sql, [...columns, names.map(({ name }) => name)]);
  }

  async of(sql: Sql, organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await sql.query<{ id: string; name: string }>(
      'select id, name from place_name where organization_id = $1 and id = any($2)',
      [organizationId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
