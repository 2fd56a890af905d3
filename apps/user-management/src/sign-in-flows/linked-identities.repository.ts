import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** An account at a provider that lets its holder in as a user. */
export interface LinkedIdentityRecord {
  readonly id: string;
  readonly providerId: string;
  readonly provider: string;
  readonly organizationId: string;
  readonly createdAt: Date;
}

@Injectable()
export class LinkedIdentitiesRepository {
  /** False when the account lets somebody in already. */
  async insert(
    tx: Tx,
    identity: { id: string; providerId: string; subject: string; userId: string; createdAt: Date },
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into linked_identity (id, provider_id, subject, user_id, created_at) values ($1, $2, $3, $4, $5)
       on conflict (provider_id, subject) do nothing returning id`,
      [identity.id, identity.providerId, identity.subject, identity.userId, identity.createdAt],
    );
    return rows.length > 0;
  }

  async userOf(sql: Sql, providerId: string, subject: string): Promise<string | undefined> {
    const [row] = await sql.query<{ userId: string }>(
      'select user_id as "userId" from linked_identity where provider_id = $1 and subject = $2',
      [providerId, subject],
    );
    return row?.userId;
  }

  list(sql: ConfinedSql, userId: string, after: string | null, limit: number): Promise<LinkedIdentityRecord[]> {
    return sql.query<LinkedIdentityRecord>(
      `select linked_identity.id, provider_id as "providerId", display_name as provider,
              organization_id as "organizationId", linked_identity.created_at as "createdAt"
         from linked_identity join identity_provider on identity_provider.id = provider_id
        where user_id = $1 and ($2::uuid is null or linked_identity.id > $2) order by linked_identity.id limit $3`,
      [userId, after, limit],
    );
  }

  async delete(tx: Tx, userId: string, id: string): Promise<boolean> {
    const rows = await tx.query('delete from linked_identity where id = $2 and user_id = $1 returning id', [
      userId,
      id,
    ]);
    return rows.length > 0;
  }
}
