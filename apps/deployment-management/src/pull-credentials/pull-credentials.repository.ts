import type { PullCredentialQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PullCredentialRow } from './pull-credential.js';

const columns = `id, organization_id as "organizationId", registry, username, created_by as "createdBy", created_at as "createdAt"`;

export interface SealedCredential {
  readonly id: string;
  readonly registry: string;
  readonly username: string;
  readonly sealed: Buffer;
}

@Injectable()
export class PullCredentialsRepository {
  /** Answers false when the organization has one for that registry. */
  async insert(tx: Tx, row: PullCredentialRow, sealed: Buffer): Promise<boolean> {
    const { id, organizationId, registry, username, createdBy, createdAt } = row;
    const rows = await tx.query(
      `insert into pull_credential (id, organization_id, registry, username, sealed, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [id, organizationId, registry, username, sealed, createdBy, createdAt],
    );
    return rows.length === 1;
  }

  async count(sql: ConfinedSql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      'select count(*)::int as count from pull_credential where organization_id = $1',
      [organizationId],
    );
    return row?.count ?? 0;
  }

  async find(sql: Sql, id: string): Promise<PullCredentialRow | undefined> {
    const row = await sql.queryOne<PullCredentialRow>(`select ${columns} from pull_credential where id = $1`, [id]);
    return row;
  }

  list(sql: ConfinedSql, query: PullCredentialQuery): Promise<PullCredentialRow[]> {
    return sql.query<PullCredentialRow>(
      `select ${columns} from pull_credential where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [query.organization, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  sealedOf(sql: ConfinedSql, organizationId: string): Promise<SealedCredential[]> {
    return sql.queryPrepared<SealedCredential>(
      'select id, registry, username, sealed from pull_credential where organization_id = $1 order by registry',
      [organizationId],
    );
  }

  /** Answers false when it was gone already. */
  async delete(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('delete from pull_credential where id = $1 returning id', [id])).length === 1;
  }
}
