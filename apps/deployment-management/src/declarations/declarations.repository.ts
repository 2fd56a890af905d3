import type { DeclaredKindName } from '@berth/kubernetes';
import { Database, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DeclarationRow, Place } from './declaration.js';
import { keyOfPlace } from './declaration.js';

const columns = `key, delegation_id as "delegationId", uid, target_id as "targetId", agreed, seen`;

/** All of a target that an object's status tells of, or that may contradict what the object states, as one short text. */
const fingerprints: Record<DeclaredKindName, string> = {
  app: `select a.generation::text from app a where a.id = d.target_id and a.deleted_at is null`,
  environment: `select e.cluster_id::text || e.regions::text from environment e where e.id = d.target_id and e.deleted_at is null`,
  workload: `select md5(concat_ws('/', w.generation, w.conditions, w.current_release_id, w.tracked_ref, w.counts, w.autoscaling,
        w.process_settings, w.deadlines, (select max(n.number) from deployment n where n.workload_id = w.id)))
      from workload w where w.id = d.target_id and w.deleted_at is null`,
};
const fingerprint = `coalesce(case d.kind ${Object.entries(fingerprints)
  .map(([kind, sql]) => `when '${kind}' then (${sql})`)
  .join(' ')} end, 'gone')`;

/** What somebody did to a workload, its settings apart: the last deployment that named what should run. */
const lastSource = `select source from deployment where workload_id = $1 and source->>'kind' not in ('config', 'scale')
  order by number desc limit 1`;

@Injectable()
export class DeclarationsRepository {
  constructor(private readonly database: Database) {}

  async find(key: string): Promise<DeclarationRow | undefined> {
    const [row] = await this.database.query<DeclarationRow>(`select ${columns} from declaration where key = $1`, [key]);
    return row;
  }

  /** Key of another object that declares the same. */
  async otherOf(key: string, targetId: string): Promise<string | undefined> {
    const sql = 'select key from declaration where target_id = $1 and key <> $2';
    return (await this.database.query<{ key: string }>(sql, [targetId, key]))[0]?.key;
  }

  /** How what it declares is now. */
  async fingerprint(kind: DeclaredKindName, targetId: string): Promise<string> {
    const sql = `select ${fingerprint} as seen from (select $1::text as kind, $2::uuid as target_id) d`;
    return (await this.database.query<{ seen: string }>(sql, [kind, targetId]))[0]?.seen ?? '';
  }

  /** Keys of objects whose target is not as it was when they were last looked at. */
  async outdated(): Promise<string[]> {
    const sql = `select key from declaration d where target_id is not null and seen <> ${fingerprint}`;
    return (await this.database.query<{ key: string }>(sql)).map(({ key }) => key);
  }

  async lastSource(workloadId: string): Promise<object | null> {
    const [row] = await this.database.query<{ source: object }>(lastSource, [workloadId]);
    return row?.source ?? null;
  }

  /** Who changed something last, if that is not too long ago, other than `subjectId`. */
  async lastActor(organizationId: string, targetId: string, subjectId: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ actor: { kind: string; id: string } }>(
      `select actor from (select actor, target, detail from audit_entry where key = $1 order by sequence desc limit 1000) e
        where (target->>'id' = $2 or detail->>'workloadId' = $2) and actor->>'id' <> $3 limit 1`,
      [organizationId, targetId, subjectId],
    );
    return row && `${row.actor.kind} ${row.actor.id}`;
  }

  /** Of a cluster and kind: whatever was heard of. */
  async keysAt(clusterId: string, kind: DeclaredKindName): Promise<string[]> {
    const sql = 'select key from declaration where cluster_id = $1 and kind = $2';
    return (await this.database.query<{ key: string }>(sql, [clusterId, kind])).map(({ key }) => key);
  }

  async keysOf(sql: Sql, delegationId: string): Promise<string[]> {
    const select = 'select key from declaration where delegation_id = $1';
    return (await sql.query<{ key: string }>(select, [delegationId])).map(({ key }) => key);
  }

  /** Of objects beside this one that could not be made yet. */
  async waitingBeside(tx: Tx, { clusterId, namespace }: Place): Promise<string[]> {
    const select = 'select key from declaration where cluster_id = $1 and namespace = $2 and target_id is null';
    return (await tx.query<{ key: string }>(select, [clusterId, namespace])).map(({ key }) => key);
  }

  async save(tx: Tx, place: Place, row: DeclarationRow): Promise<void> {
    const { clusterId, kind, namespace } = place;
    await tx.query(
      `insert into declaration (key, cluster_id, namespace, kind, delegation_id, uid, target_id, agreed, seen)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (key) do update set delegation_id = excluded.delegation_id, uid = excluded.uid,
         target_id = excluded.target_id, agreed = excluded.agreed, seen = excluded.seen`,
      [
        ...[keyOfPlace(place), clusterId, namespace, kind, row.delegationId, row.uid, row.targetId],
        ...[JSON.stringify(row.agreed), row.seen],
      ],
    );
  }

  async forget(tx: Tx, key: string): Promise<void> {
    await tx.query('delete from declaration where key = $1', [key]);
  }
}
