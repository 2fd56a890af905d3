import { type ConfinedSql, Keyring, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { IdentityProviderRecord } from './identity-provider.js';

const columns = `id, organization_id as "organizationId", display_name as "displayName", endpoints,
  client_id as "clientId", settings, generation, created_at as "createdAt"`;

const contextOf = (id: string): string => `identity-provider/${id}`;

/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedClientSecrets = {
  table: 'identity_provider',
  key: 'id',
  column: 'client_secret_sealed',
  context: `'identity-provider/' || id`,
};

@Injectable()
export class IdentityProvidersRepository {
  constructor(@Inject(Keyring) private readonly keyring: Keyring) {}

  async insert(tx: Tx, provider: Omit<IdentityProviderRecord, 'generation'>, clientSecret: string): Promise<void> {
    const { id, organizationId, displayName, endpoints, clientId, settings, createdAt } = provider;
    await tx.query(
      `insert into identity_provider
         (id, organization_id, display_name, endpoints, client_id, client_secret_sealed, settings, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        organizationId,
        displayName,
        endpoints,
        clientId,
        this.keyring.seal(contextOf(id), clientSecret),
        settings,
        createdAt,
      ],
    );
  }

  async find(sql: Sql, id: string, lock: '' | 'for update' = ''): Promise<IdentityProviderRecord | undefined> {
    const [found] = await sql.query<IdentityProviderRecord>(
      `select ${columns} from identity_provider where id = $1 ${lock}`,
      [id],
    );
    return found;
  }

  async clientSecretOf(sql: Sql, id: string): Promise<string | undefined> {
    const row = await sql.queryOne<{ sealed: Buffer }>(
      'select client_secret_sealed as sealed from identity_provider where id = $1',
      [id],
    );
    return row && this.keyring.openText(contextOf(id), row.sealed);
  }

  list(
    sql: ConfinedSql,
    organizationId: string,
    after: string | null,
    limit: number,
  ): Promise<IdentityProviderRecord[]> {
    return sql.query<IdentityProviderRecord>(
      `select ${columns} from identity_provider
        where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [organizationId, after, limit],
    );
  }

  listOfSlug(sql: ConfinedSql, slug: string, limit: number): Promise<{ id: string; displayName: string }[]> {
    return sql.query(
      `select identity_provider.id, identity_provider.display_name as "displayName"
         from identity_provider join organization on organization.id = organization_id
        where slug = $1 order by identity_provider.id limit $2`,
      [slug, limit],
    );
  }

  async update(
    tx: Tx,
    { id, displayName, clientId, settings }: IdentityProviderRecord,
    clientSecret: string | undefined,
  ): Promise<void> {
    const sealed = clientSecret === undefined ? null : this.keyring.seal(contextOf(id), clientSecret);
    await tx.query(
      `update identity_provider set display_name = $2, client_id = $3, settings = $4,
              client_secret_sealed = coalesce($5, client_secret_sealed), generation = generation + 1 where id = $1`,
      [id, displayName, clientId, settings, sealed],
    );
  }

  async delete(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('delete from identity_provider where id = $1 returning id', [id])).length > 0;
  }
}
