import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PasskeyRecord } from './passkey.js';

const columns = `id, user_id as "userId", credential_id as "credentialId", public_key as "publicKey", counter::int,
  transports, name, backed_up as "backedUp", created_at as "createdAt", last_used_at as "lastUsedAt"`;

@Injectable()
export class PasskeysRepository {
  /** False when the device's key is known already. */
  async insert(tx: Tx, passkey: PasskeyRecord): Promise<boolean> {
    const rows = await tx.query(
      `insert into passkey (id, user_id, credential_id, public_key, counter, transports, name, backed_up, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential_id) do nothing returning id`,
      [
        passkey.id,
        passkey.userId,
        passkey.credentialId,
        Buffer.from(passkey.publicKey),
        passkey.counter,
        JSON.stringify(passkey.transports),
        passkey.name,
        passkey.backedUp,
        passkey.createdAt,
      ],
    );
    return rows.length > 0;
  }

  /** Whoever shows the same passkey at the same time waits. */
  async findByCredential(tx: Tx, credentialId: string): Promise<PasskeyRecord | undefined> {
    const [found] = await tx.query<PasskeyRecord>(
      `select ${columns} from passkey where credential_id = $1 for update`,
      [credentialId],
    );
    return found;
  }

  list(sql: Sql, userId: string, after: string | null, limit: number): Promise<PasskeyRecord[]> {
    return sql.query<PasskeyRecord>(
      `select ${columns} from passkey where user_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [userId, after, limit],
    );
  }

  async used(tx: Tx, id: string, use: { counter: number; backedUp: boolean; at: Date }): Promise<void> {
    await tx.query('update passkey set counter = $2, backed_up = $3, last_used_at = $4 where id = $1', [
      id,
      use.counter,
      use.backedUp,
      use.at,
    ]);
  }

  async rename(tx: Tx, userId: string, id: string, name: string): Promise<PasskeyRecord | undefined> {
    const [renamed] = await tx.query<PasskeyRecord>(
      `update passkey set name = $3 where id = $2 and user_id = $1 returning ${columns}`,
      [userId, id, name],
    );
    return renamed;
  }

  async delete(tx: Tx, userId: string, id: string): Promise<boolean> {
    const rows = await tx.query('delete from passkey where id = $2 and user_id = $1 returning id', [userId, id]);
    return rows.length > 0;
  }
}
