import type { DomainQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DomainRow } from './domain.js';

/** A replica of before attachments were counted may attach one while it is replaced: that is its first. */
const attachment = `greatest(d.attachment, (d.verified_at is not null)::int) as attachment,
    coalesce(d.attached_at, d.verified_at) as "attachedAt"`;

const select = `select d.id, d.workload_id as "workloadId", w.organization_id as "organizationId",
    w.project_id as "projectId", w.environment_id as "environmentId", w.app_id as "appId", d.host, d.path, d.token, d.state,
    d.cause, d.message, d.proof, d.verified_at as "verifiedAt", d.checked_at as "checkedAt", d.claimed_at as "claimedAt",
    d.released_at as "releasedAt", d.released_generation as "releasedGeneration", d.deleted_at as "deletedAt",
    d.created_at as "createdAt", ${attachment}, d.detached_at as "detachedAt" from domain d join workload w on w.id = d.workload_id`;

/** Hosts, and paths of them, that lead to the workload `w` beside its own, as a column. */
export const domainsOfWorkload = `(select coalesce(jsonb_agg(case d.path when '/' then jsonb_build_object('host', d.host)
    else jsonb_build_object('host', d.host, 'path', d.path) end order by d.host, d.path), '[]') from domain d
    where d.workload_id = w.id and d.verified_at is not null and d.released_at is null)`;

/** Another environment has the host, or another domain its path, or it is on its way out of there. */
const isHeld = `exists (select from domain h join workload hw on hw.id = h.workload_id join workload dw on dw.id = d.workload_id
    where h.host = d.host and h.id <> d.id and h.verified_at is not null
      and (h.path = d.path or hw.environment_id <> dw.environment_id))`;

export interface Note {
  readonly message: string | null;
  readonly at: Date;
}

@Injectable()
export class DomainsRepository {
  /** Whoever says something of a host that others may hold or ask for waits for whoever does by now. */
  async lockHost(tx: Tx, host: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('domain ' || $1, 0))`, [host]);
  }

  /** What the organization has of a host, or asks for, and where. */
  claimsOf(
    sql: ConfinedSql,
    { organizationId, host }: Pick<DomainRow, 'organizationId' | 'host'>,
  ): Promise<DomainRow[]> {
    return sql.query<DomainRow>(
      `${select} where d.organization_id = $1 and d.host = $2 and d.deleted_at is null order by d.id`,
      [organizationId, host],
    );
  }

  /** Answers false when the organization has it, or asks for it, already. */
  async insert(tx: Tx, row: DomainRow): Promise<boolean> {
    const rows = await tx.query(
      `insert into domain (id, workload_id, organization_id, host, path, token, claimed_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict do nothing returning id`,
      [row.id, row.workloadId, row.organizationId, row.host, row.path, row.token, row.createdAt],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<DomainRow | undefined> {
    const row = await sql.queryOne<DomainRow>(`${select} where d.id = $1`, [id]);
    return row;
  }

  /** Whoever has the host, or a path of it, or lets go of it. */
  holdersOf(sql: Sql, host: string): Promise<DomainRow[]> {
    // eslint-disable-next-line berth/tenant-query -- a host has one holder on the whole platform
    return sql.query<DomainRow>(`${select} where d.host = $1 and d.verified_at is not null order by d.id`, [host]);
  }

  list(sql: ConfinedSql, query: DomainQuery): Promise<DomainRow[]> {
    return sql.query<DomainRow>(
      `${select} where d.workload_id = $1 and d.deleted_at is null and ($2::uuid is null or d.id > $2)
        order by d.id limit $3`,
      [query.workload, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  /** All of a workload, those on their way out included. */
  of(sql: Sql, workloadId: string): Promise<DomainRow[]> {
    return sql.query<DomainRow>(`${select} where d.workload_id = $1 order by d.id`, [workloadId]);
  }

  /** Of all workloads; of what was ever attached and is not deleted. */
  attached(sql: ConfinedSql, after: string | null, limit: number): Promise<DomainRow[]> {
    return sql.query<DomainRow>(
      // eslint-disable-next-line berth/tenant-query -- a reconciler goes through those of every organization
      `${select} where (d.attachment > 0 or d.verified_at is not null) and ($1::uuid is null or d.id > $1) order by d.id limit $2`,
      [after, limit],
    );
  }

  async waitingFor(sql: Sql, host: string): Promise<string[]> {
    // eslint-disable-next-line berth/tenant-query -- a host has one holder on the whole platform: whoever waits for it is asked again
    const rows = await sql.query<{ id: string }>(`select id from domain where host = $1 and state = 'pending'`, [host]);
    return rows.map(({ id }) => id);
  }

  /** Of a workload, what the runtime may hold a route for or is to. */
  async idsHeldBy(sql: Sql, workloadId: string): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      'select id from domain where workload_id = $1 and verified_at is not null order by id',
      [workloadId],
    );
    return rows.map(({ id }) => id);
  }

  /** Answers false when it is wanted no more, is proven by now, or somebody else has the host. */
  async verify(tx: Tx, { id, host }: DomainRow, proof: 'dns' | 'vouched', at: Date): Promise<boolean> {
    // Two that are proven at once: the second one sees the first.
    await this.lockHost(tx, host);
    const rows = await tx.query(
      `update domain d set state = 'verified', proof = $2, verified_at = $3, checked_at = $3, cause = null, message = null,
         attachment = attachment + 1, attached_at = $3, detached_at = null
        where id = $1 and deleted_at is null and verified_at is null and not ${isHeld} returning id`,
      [id, proof, at],
    );
    return rows.length === 1;
  }

  async note(tx: Tx, id: string, { message, at }: Note): Promise<void> {
    await tx.query(`update domain set message = $2, checked_at = $3 where id = $1 and state = 'pending'`, [
      ...[id, message, at],
    ]);
  }

  async fail(tx: Tx, id: string, { message, at }: Note): Promise<void> {
    await tx.query(
      `update domain set state = 'failed', cause = 'not_proven', message = $2, checked_at = $3
        where id = $1 and state = 'pending'`,
      [id, message, at],
    );
  }

  /** It asks anew, from now on. */
  async claimAnew(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(
      `update domain set state = 'pending', cause = null, message = null, claimed_at = $2
        where id = $1 and state = 'failed' and verified_at is null`,
      [id, at],
    );
  }

  /** What was seen of the route. Answers false when that is known, or it goes by now. */
  async setReady(tx: Tx, id: string, isReady: boolean, message: string | null): Promise<boolean> {
    const [from, to] = isReady ? ['verified', 'ready'] : ['ready', 'verified'];
    const rows = await tx.query(
      `update domain set state = $3, message = $4 where id = $1 and state = $2 and released_at is null returning id`,
      [id, from, to, message],
    );
    return rows.length === 1;
  }

  /** Why a verified one is not ready yet. */
  async explain(tx: Tx, id: string, message: string): Promise<void> {
    await tx.query(
      `update domain set message = $2 where id = $1 and state = 'verified' and released_at is null and message is distinct from $2`,
      [id, message],
    );
  }

  /** From that generation on its host is in no desired state. Answers false when that was said before. */
  async release(tx: Tx, id: string, generation: number, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update domain set released_at = $2, released_generation = $3, detached_at = $2
        where id = $1 and verified_at is not null and released_at is null returning id`,
      [id, at, generation],
    );
    return rows.length === 1;
  }

  async markDeleted(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query('update domain set deleted_at = $2 where id = $1', [id, at]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from domain where id = $1', [id]);
  }

  /** Nothing leads there any more: whoever can prove it may have the host. */
  async lose(tx: Tx, id: string, message: string): Promise<void> {
    await tx.query(
      `update domain set state = 'failed', cause = 'lost', message = $2, proof = null, verified_at = null,
         released_at = null, released_generation = null where id = $1`,
      [id, message],
    );
  }
}
