import {
  type Allocation,
  type AllocationEntry,
  workloadAllocationChanged,
  workloadAllocationHeartbeat,
  workloadAllocationSnapshot,
} from '@berth/contracts/events';
import type { ObservedWorkload } from '@berth/contracts/runtime';
import { currentEpoch } from '@berth/eventing';
import { CONFIG, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import type { WorkloadRow } from '../workloads/workload.js';
import {
  allocationOf,
  type BilledReleases,
  changedReleases,
  isBilledIn,
  sameAllocation,
  shifted,
} from './allocation.js';

interface AllocationRow {
  readonly version: number;
  readonly effectiveAt: Date;
  readonly confirmedAt: Date;
  /** When it was last told, changed or not. */
  readonly toldAt: Date;
  /** It has been looked at since changes may have been missed, so that their absence confirms it. */
  readonly isWatched: boolean;
  readonly entries: AllocationEntry[];
  /** The part of them that is tasks, one by one. */
  readonly tasks: AllocationEntry[];
}

export interface Sighting {
  readonly workload: WorkloadRow;
  /** Name of the cluster that was looked at; absent: the one that answers for the workload. */
  readonly cluster?: string | undefined;
  /** Null: the runtime knows nothing of the workload. */
  readonly observed: ObservedWorkload | null;
  readonly billed: BilledReleases;
}

/** Tells what a workload has running and serving, each time that it is seen to have changed: the source of all usage. */
@Injectable()
export class Allocations {
  /** Every look at a workload that nothing happens to brings one: such looks come after half the resync time or later. */
  private readonly heartbeatMilliseconds: number;

  constructor(
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(CONFIG) config: Config,
  ) {
    this.heartbeatMilliseconds = config.RESYNC_SECONDS * 500;
  }

  /** Whether `record` would write: read before, so that a pass without a change costs no transaction. */
  async isNews(sql: Sql, sighting: Sighting): Promise<boolean> {
    const last = await this.last(sql, sighting);
    const entries = this.entriesOf(sighting, last);
    if (!last) return entries.length > 0;
    if (!sameAllocation(last.entries, entries)) return true;
    if (sighting.cluster !== undefined) return false;
    return last.entries.length > 0 && (!last.isWatched || this.heartbeatIsDue(last));
  }

  /** The caller holds the workload's row lock. */
  async record(tx: Tx, sighting: Sighting): Promise<void> {
    const last = await this.last(tx, sighting);
    const entries = this.entriesOf(sighting, last);
    const isOfFirst = sighting.cluster === undefined;
    if (!sameAllocation(last?.entries ?? [], entries))
      return this.change(tx, sighting.workload, last, entries, this.effectiveAt(sighting, last, entries), isOfFirst);
    // Of the others it is their own watch that says until when they are certain.
    if (isOfFirst) await this.confirm(tx, sighting.workload, last);
  }

  /** Nothing counts there any more, whatever runs: from now on, or since it was last certain. Under the workload's row lock. */
  async end(tx: Tx, workload: WorkloadRow, cluster: string, isCertain: boolean): Promise<void> {
    const last = await this.last(tx, { workload, cluster });
    const kept = (last?.entries ?? []).filter((entry) => entry.cluster !== cluster);
    if (!last || kept.length === last.entries.length) return;
    const at = isCertain ? this.mint.now() : last.confirmedAt;
    await this.change(tx, workload, last, kept, notBefore(at, last), false);
  }

  /** A task began (`entry.instances` is 1) or ended (it is -1), at a moment by the runtime's clock. Under the row lock. */
  async shift(tx: Tx, workload: WorkloadRow, entry: AllocationEntry, at: Date): Promise<void> {
    const last = await this.last(tx, { workload });
    await this.change(tx, workload, last, shifted(last?.entries ?? [], entry), notBefore(at, last));
  }

  private async change(
    tx: Tx,
    workload: WorkloadRow,
    last: AllocationRow | undefined,
    entries: AllocationEntry[],
    effectiveAt: Date,
    confirms = true,
  ): Promise<void> {
    const version = (last?.version ?? 0) + 1;
    await tx.query(
      `insert into allocation (workload_id, version, effective_at, confirmed_at, told_at, entries)
       values ($1, $2, $3, $4, $4, $5)
       on conflict (workload_id) do update set version = excluded.version, effective_at = excluded.effective_at,
         confirmed_at = case when $6 then excluded.confirmed_at else allocation.confirmed_at end,
         told_at = excluded.told_at, entries = excluded.entries`,
      [workload.id, version, effectiveAt, this.mint.now(), JSON.stringify(entries), confirms],
    );
    const data = statementOf(workload, { version, effectiveAt, entries });
    await this.changes.tell(tx, workloadAllocationChanged, {
      ...{ subject: data.workloadId, organizationId: data.organizationId, data },
    });
  }

  /**
   * Says again what was told last, for whoever missed it. Of before a restore of this database others know more: it
   * holds at the earliest since the epoch began. The caller holds the workload's row lock.
   */
  async restate(tx: Tx, workload: WorkloadRow): Promise<void> {
    const last = await this.last(tx, { workload });
    if (!last) return;
    const { beganAt } = await currentEpoch(tx);
    const data = statementOf(workload, { ...last, effectiveAt: notBefore(beganAt ?? last.effectiveAt, last) });
    await this.changes.tell(tx, workloadAllocationSnapshot, {
      ...{ subject: data.workloadId, organizationId: data.organizationId, data },
    });
  }

  /**
   * Of a workload that this database does not know, because it was taken back to before it was made: since then nothing of
   * it counts. In a database that was never taken back it was never allocated.
   */
  async disown(tx: Tx, place: Omit<Allocation, 'allocationVersion' | 'effectiveAt' | 'entries'>): Promise<void> {
    const [unknown] = await tx.query<{ since: Date }>(
      `select began_at as since from producer_epoch
        where began_at is not null and not exists (select from workload where id = $1)`,
      [place.workloadId],
    );
    if (!unknown) return;
    await this.changes.tell(tx, workloadAllocationSnapshot, {
      ...{ subject: place.workloadId, organizationId: place.organizationId },
      data: { ...place, allocationVersion: 1, effectiveAt: unknown.since.toISOString(), entries: [] },
    });
  }

  /** Like `record`, and what is told held at least until now. */
  async recordSeen(tx: Tx, sighting: Sighting): Promise<void> {
    await this.record(tx, sighting);
    const { id } = sighting.workload;
    await tx.query('update allocation set confirmed_at = $2 where workload_id = $1', [id, this.mint.now()]);
  }

  private async confirm(tx: Tx, workload: WorkloadRow, last: AllocationRow | undefined): Promise<void> {
    if (!last || last.entries.length === 0) return;
    const confirmedAt = this.mint.now();
    await tx.query('update allocation set confirmed_at = $2 where workload_id = $1', [workload.id, confirmedAt]);
    if (!this.heartbeatIsDue(last)) return;
    await tx.query('update allocation set told_at = $2 where workload_id = $1', [workload.id, confirmedAt]);
    const { id: workloadId, organizationId } = workload;
    const data = {
      workloadId,
      organizationId,
      allocationVersion: last.version,
      confirmedAt: confirmedAt.toISOString(),
    };
    await this.changes.tell(tx, workloadAllocationHeartbeat, { subject: workloadId, organizationId, data });
  }

  private heartbeatIsDue(last: AllocationRow): boolean {
    return this.mint.now().getTime() - last.toldAt.getTime() >= this.heartbeatMilliseconds;
  }

  /**
   * When the runtime says that it happened; when the runtime lost its memory, the last moment at which the former state was
   * confirmed. Never before the change that was told last: intervals of one workload do not overlap. To stand by is no
   * change for a runtime: it begins and ends when it is written down.
   */
  private effectiveAt(
    { observed, billed }: Sighting,
    last: AllocationRow | undefined,
    entries: readonly AllocationEntry[],
  ): Date {
    const isNoChange = observed && last && Date.parse(observed.changedAt) <= last.effectiveAt.getTime();
    if (isNoChange && changedReleases(last.entries, entries).every((release) => billed.canaries.has(release)))
      return this.mint.now();
    const said = observed ? new Date(observed.changedAt) : (last?.confirmedAt ?? this.mint.now());
    return notBefore(said, last);
  }

  /** What was seen there, and what is known of its other clusters. */
  private entriesOf(
    { workload, cluster, observed, billed }: Sighting,
    last: AllocationRow | undefined,
  ): AllocationEntry[] {
    const seen = observed ? allocationOf(observed, cluster ?? workload.cluster, isBilledIn(billed)) : [];
    const further = workload.further.filter(({ state }) => state === 'active').map((each) => each.cluster);
    if (cluster === undefined) return [...(last?.tasks ?? []).reduce(shifted, seen), ...entriesOn(further, last)];
    return [
      ...seen,
      ...entriesOn(
        [workload.cluster, ...further].filter((each) => each !== cluster),
        last,
      ),
    ];
  }

  private async last(
    sql: Sql,
    { workload, cluster }: Pick<Sighting, 'workload' | 'cluster'>,
  ): Promise<AllocationRow | undefined> {
    const [row] = await sql.query<AllocationRow>(
      `select a.version, a.effective_at as "effectiveAt", a.told_at as "toldAt", a.entries,
              coalesce(a.confirmed_at >= w.since, true) as "isWatched",
              case when a.confirmed_at >= w.since and p.is_first then greatest(a.confirmed_at, w.confirmed_at)
                   when not p.is_first then coalesce(w.confirmed_at, a.confirmed_at) else a.confirmed_at end as "confirmedAt",
              (select coalesce(jsonb_agg(jsonb_build_object('cluster', t.counted_on, 'release', r.number, 'processType', t.process,
                        'instances', 1, 'cpuMillicores', t.cpu_millicores, 'memoryMib', t.memory_mib)), '[]')
                 from task t join release r on r.id = t.release_id where t.workload_id = a.workload_id and t.counted_on is not null)
                as tasks
         from allocation a
         left join (placement p join cluster c on c.id = p.cluster_id) on p.workload_id = a.workload_id
           and case when $2::text is null then p.is_first and p.state = 'active' else c.name = $2 end
         left join runtime_watch w on w.cluster_id = p.cluster_id
        where a.workload_id = $1`,
      [workload.id, cluster ?? null],
    );
    return row;
  }
}

const entriesOn = (clusters: readonly string[], last: AllocationRow | undefined): AllocationEntry[] =>
  (last?.entries ?? []).filter(({ cluster }) => clusters.includes(cluster));

const notBefore = (said: Date, last: AllocationRow | undefined): Date =>
  last && said < last.effectiveAt ? last.effectiveAt : said;

function statementOf(
  { id: workloadId, appId, environmentId, projectId, organizationId }: WorkloadRow,
  { version, effectiveAt, entries }: Pick<AllocationRow, 'version' | 'effectiveAt' | 'entries'>,
): Allocation {
  return {
    ...{ workloadId, appId, environmentId, projectId, organizationId, entries },
    allocationVersion: version,
    effectiveAt: effectiveAt.toISOString(),
  };
}
