import type { DeclaredKindName } from '@berth/kubernetes';
import { Database, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isUnreachable, outOfReach } from '../clusters/cluster-health.js';
import { type DeclarationRow, keyOfPlace, type Place, SILENT } from './declaration.js';

const columns = `key, delegation_id as "delegationId", uid, target_id as "targetId", agreed, seen`;

/** Since when its labels are as they are, and which those are: a clock may tell two changes the same moment. */
const labelled = (place: string): string =>
  `(select since || l.labels::text from place_labels l where l.place_id = ${place}.id)`;

/** Since when nobody can ask how a workload is: its condition is another one then. */
const unknownSince = `(select ${outOfReach}->>'since' from placement p join cluster c on c.id = p.cluster_id
        where p.workload_id = w.id and p.state = 'active' and p.is_first)`;
/** All of a target that an object's status tells of, or that may contradict what the object states, as one short text. */
const fingerprints: Record<DeclaredKindName, string> = {
  app: `select concat_ws('/', a.generation, ${labelled('a')}) from app a where a.id = d.target_id and a.deleted_at is null`,
  environment: `select concat_ws('/', e.cluster_id, e.regions, ${labelled('e')}, nullif(e.part_changes, 0)) from environment e where e.id = d.target_id and e.deleted_at is null`,
  workload: `select md5(concat_ws('/', w.generation, w.conditions, ${unknownSince}, w.current_release_id, w.tracked_ref, w.counts, w.autoscaling,
        w.process_settings, w.deadlines, w.config_version, (select max(n.number) from deployment n where n.workload_id = w.id), nullif(w.part_changes, 0)))
      from workload w where w.id = d.target_id and w.deleted_at is null`,
};
const fingerprint = `coalesce(case d.kind ${Object.entries(fingerprints)
  .map(([kind, sql]) => `when '${kind}' then (${sql})`)
  .join(' ')} end, 'gone')`;

/** What somebody did to a workload, its settings apart: the last deployment that named what should run. */
const lastSource = `select source, number from deployment where workload_id = $1 and source->>'kind' not in ('config', 'scale')
  order by number desc limit 1`;

export interface LastSource {
  readonly source: object | null;
  /** Of the deployment; 0: there was none. */
  readonly number: number;
}

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

  /**
   * Keys of objects whose target is not as it was when they were last looked at, or whose namespace fell silent since. Those of
   * a cluster that does not answer are looked at when it does.
   */
  async outdated(now: Date): Promise<string[]> {
    const sql = `select key from declaration d join cluster c on c.id = d.cluster_id and not (${isUnreachable})
      left join delegation g on g.id = d.delegation_id
      where case when g.revoked_at is null and g.ends_at > $1 then target_id is not null and seen <> ${fingerprint}
        else seen <> '${SILENT}' end`;
    return (await this.database.query<{ key: string }>(sql, [now])).map(({ key }) => key);
  }

  async lastSource(workloadId: string, sql: Sql = this.database): Promise<LastSource> {
    const [row] = await sql.query<LastSource>(lastSource, [workloadId]);
    return row ?? { source: null, number: 0 };
  }

  /** How often parts of it were changed that lie in rows of their own. */
  async partChanges(kind: 'workload' | 'environment', id: string, sql: Sql = this.database): Promise<number> {
    const [row] = await sql.query<{ count: number }>(`select part_changes as count from ${kind} where id = $1`, [id]);
    return row?.count ?? 0;
  }

  /** Who changed something last, if that is not too long ago, other than `subjectId`. */
  async lastActor(organizationId: string, targetId: string, subjectId: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ actor: { kind: string; id: string } }>(
      `select actor from (select actor, target, detail from audit_entry where key = $1 order by sequence desc limit 1000) e
        where (target->>'id' = $2 or detail->>'workloadId' = $2 or detail->>'workload' = $2) and actor->>'id' <> $3 limit 1`,
      [organizationId, targetId, subjectId],
    );
    return row && `${row.actor.kind} ${row.actor.id}`;
  }

  /** Of a cluster and kind: whatever was heard of. */
  async keysAt(clusterId: string, kind: DeclaredKindName): Promise<string[]> {
    const sql = 'select key from declaration where cluster_id = $1 and kind = $2';
    return (await this.database.query<{ key: string }>(sql, [clusterId, kind])).map(({ key }) => key);
  }

  /** Of all kinds; of one namespace, or of all. */
  async keysIn(sql: Sql, clusterId: string, namespace: string | null): Promise<string[]> {
    const select = 'select key from declaration where cluster_id = $1 and namespace = coalesce($2, namespace)';
    return (await sql.query<{ key: string }>(select, [clusterId, namespace])).map(({ key }) => key);
  }

  /** Of objects beside this one that could not be made yet. */
  async waitingBeside(tx: Tx, { clusterId, namespace }: Place): Promise<string[]> {
    const select = 'select key from declaration where cluster_id = $1 and namespace = $2 and target_id is null';
    return (await tx.query<{ key: string }>(select, [clusterId, namespace])).map(({ key }) => key);
  }

  /** Nothing of a cluster that was removed meanwhile: nobody would ever let go of it. */
  async save(tx: Tx, place: Place, row: DeclarationRow): Promise<void> {
    const { clusterId, kind, namespace } = place;
    await tx.query(
      `insert into declaration (key, cluster_id, namespace, kind, delegation_id, uid, target_id, agreed, seen)
       select $1, id, $3, $4, $5, $6, $7, $8, $9 from cluster where id = $2 and removed_at is null for share
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
