import type { Labels } from '@berth/contracts/common';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface LabelsRow {
  readonly labels: Labels;
  /** Null: it never had any. */
  readonly since: Date | null;
}

const none: LabelsRow = { labels: {}, since: null };

@Injectable()
export class LabelsRepository {
  async of(sql: Sql, placeId: string): Promise<LabelsRow> {
    const [row] = await sql.query<LabelsRow>('select labels, since from place_labels where place_id = $1', [placeId]);
    return row ?? none;
  }

  /** Until the commit nobody else changes them. */
  async lock(tx: Tx, placeId: string): Promise<LabelsRow> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 7163600020))', [placeId]);
    return this.of(tx, placeId);
  }

  async set(tx: Tx, placeId: string, labels: Labels, since: Date): Promise<void> {
    await tx.query(
      `insert into place_labels (place_id, labels, since) values ($1, $2, $3)
       on conflict (place_id) do update set labels = excluded.labels, since = excluded.since`,
      [placeId, JSON.stringify(labels), since],
    );
  }
}
