import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import type { KeyState, SigningKey } from './signing-key.js';

const LOCK = 7_163_690_002;
const columns = `kid, state, public_jwk as "publicJwk", created_at as "createdAt", not_after as "notAfter"`;

export interface NewSigningKey {
  readonly kid: string;
  readonly state: KeyState;
  readonly publicJwk: JWK;
  readonly privateSealed: Buffer;
  readonly createdAt: Date;
}

@Injectable()
export class SigningKeysRepository {
  /** One change of the set at a time. */
  async lock(tx: Tx): Promise<void> {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
  }

  list(sql: Sql): Promise<SigningKey[]> {
    return sql.query<SigningKey>(`select ${columns} from signing_key order by created_at, kid`);
  }

  async active(sql: Sql): Promise<{ kid: string; privateSealed: Buffer } | undefined> {
    const [key] = await sql.query<{ kid: string; privateSealed: Buffer }>(
      `select kid, private_sealed as "privateSealed" from signing_key where state = 'active'`,
    );
    return key;
  }

  async insert(tx: Tx, key: NewSigningKey): Promise<void> {
    await tx.query(
      'insert into signing_key (kid, state, public_jwk, private_sealed, created_at) values ($1, $2, $3, $4, $5)',
      [key.kid, key.state, key.publicJwk, key.privateSealed, key.createdAt],
    );
  }

  /** The key that signed, and those that were made before `kid` but never came to sign, lose their private half at once. */
  async retireOthers(tx: Tx, kid: string, notAfter: Date): Promise<void> {
    await tx.query(
      `update signing_key set state = 'retired', not_after = $2, private_sealed = ''
        where kid <> $1 and (state = 'active' or state = 'pending'
          and (created_at, kid) < (select created_at, kid from signing_key where kid = $1))`,
      [kid, notAfter],
    );
  }

  async activate(tx: Tx, kid: string): Promise<void> {
    await tx.query(`update signing_key set state = 'active' where kid = $1`, [kid]);
  }

  /** Forgets keys whose tokens have all ended; answers how many. */
  async deleteEnded(tx: Tx, now: Date): Promise<number> {
    return (await tx.query('delete from signing_key where not_after < $1 returning kid', [now])).length;
  }
}
