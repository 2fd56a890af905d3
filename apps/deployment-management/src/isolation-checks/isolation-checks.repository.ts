import type { PageQuery } from '@berth/contracts/common';
import type { IsolationWall } from '@berth/contracts/deployment';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { IsolationCheckRow } from './isolation-check.js';

const select = `select id, cluster_id as "clusterId", intruder_id as "intruderId", neighbour_id as "neighbourId", image, walls,
    held_by as "heldBy", requested_by as "requestedBy", created_at as "createdAt", deadline_at as "deadlineAt",
    ended_at as "endedAt" from isolation_check`;

@Injectable()
export class IsolationChecksRepository {
  /** Answers false while another one of the cluster has not ended. */
  async insert(tx: Tx, check: IsolationCheckRow): Promise<boolean> {
    const { id, clusterId, intruderId, neighbourId, image, walls, requestedBy, createdAt, deadlineAt, endedAt } = check;
    const rows = await tx.query(
      `insert into isolation_check
         (id, cluster_id, intruder_id, neighbour_id, image, walls, requested_by, created_at, deadline_at, ended_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (cluster_id) where ended_at is null do nothing returning id`,
      [
        ...[id, clusterId, intruderId, neighbourId, image, walls === null ? null : JSON.stringify(walls)],
        ...[requestedBy, createdAt, deadlineAt, endedAt],
      ],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<IsolationCheckRow | undefined> {
    const row = await sql.queryOne<IsolationCheckRow>(`${select} where id = $1`, [id]);
    return row;
  }

  /** The newest first. */
  list(sql: Sql, clusterId: string, query: PageQuery): Promise<IsolationCheckRow[]> {
    return sql.query<IsolationCheckRow>(
      `${select} where cluster_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [clusterId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  async conclude(tx: Tx, id: string, walls: readonly IsolationWall[]): Promise<void> {
    await tx.query('update isolation_check set walls = $2 where id = $1', [id, JSON.stringify(walls)]);
  }

  async hold(tx: Tx, id: string, heldBy: string | null): Promise<void> {
    await tx.query('update isolation_check set held_by = $2 where id = $1', [id, heldBy]);
  }

  async end(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query('update isolation_check set ended_at = $2, held_by = null where id = $1', [id, at]);
  }
}
