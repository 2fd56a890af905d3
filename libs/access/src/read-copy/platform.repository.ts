import type { CloudEvent, DataOf, signingKeyRotated } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { VerificationKey } from '../token/verify-token.js';
import { judge } from './order.js';

/** What concerns every request, whatever it asks for. */
export interface PlatformAccess {
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly revokedSessions: ReadonlySet<string>;
  /** When user-management last said that it is there; null: nothing was ever heard, so there is nobody to let in either. */
  readonly heartbeatAt: Date | null;
}

interface Row {
  readonly heartbeatAt: Date | null;
  readonly keys: { kid: string; publicJwk: VerificationKey['publicJwk']; notAfter: string | null }[];
  readonly revoked: string[];
}

/** Signing keys, revoked sessions and the heartbeat as last heard. */
@Injectable()
export class PlatformRepository {
  async load(sql: Sql): Promise<PlatformAccess> {
    const [row] = await sql.query<Row>(
      `select heartbeat_at as "heartbeatAt",
              (select coalesce(json_agg(json_build_object('kid', kid, 'publicJwk', public_jwk, 'notAfter', not_after)), '[]')
                 from access_signing_key) as keys,
              (select coalesce(array_agg(session_id::text), '{}') from access_revoked_session) as revoked
         from access_state`,
    );
    const keys = (row?.keys ?? []).map(({ kid, publicJwk, notAfter }): [string, VerificationKey] => [
      kid,
      { kid, publicJwk, notAfter: notAfter === null ? null : new Date(notAfter) },
    ]);
    return {
      keys: new Map(keys),
      revokedSessions: new Set(row?.revoked),
      heartbeatAt: row?.heartbeatAt ?? null,
    };
  }

  /** No token lives for more than an hour, so a session revoked before that needs no memory. */
  async revokeSession(tx: Tx, sessionId: string, at: string): Promise<void> {
    await tx.query(
      `with expired as (delete from access_revoked_session where revoked_at < now() - interval '2 hours')
       insert into access_revoked_session (session_id, revoked_at) values ($1, $2) on conflict do nothing`,
      [sessionId, at],
    );
  }

  async heard(tx: Tx, at: string): Promise<void> {
    await tx.query('update access_state set heartbeat_at = greatest(heartbeat_at, $1)', [at]);
  }

  /** The event states every key, so a newer one replaces whatever there is and a gap does no harm. */
  async replaceKeys(tx: Tx, event: CloudEvent<DataOf<typeof signingKeyRotated>>): Promise<void> {
    const [stored] = await tx.query<{ epoch: number; version: number }>(
      'select keys_epoch as epoch, keys_version as version from access_state for update',
    );
    if (judge(stored, { epoch: event.epoch, version: event.aggregateversion }, true) === 'skip') return;
    await tx.query('update access_state set keys_epoch = $1, keys_version = $2', [event.epoch, event.aggregateversion]);
    await tx.query('delete from access_signing_key');
    await tx.query(
      `insert into access_signing_key (kid, public_jwk, not_after)
       select kid, "publicJwk", "notAfter"::timestamptz
         from jsonb_to_recordset($1) as key(kid text, "publicJwk" jsonb, "notAfter" text)`,
      [JSON.stringify(event.data.keys)],
    );
  }
}
