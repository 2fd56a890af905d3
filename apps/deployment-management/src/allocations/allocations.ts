import {
  type Allocation,
  type AllocationEntry,
  type StatedEntry,
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
import { countedBeside, type WorkloadRow } from '../workloads/workload.js';
import {
  allocationOf,
  type BilledReleases,
  changedReleases,
  isBilledIn,
  sameAllocation,
  shifted,
} from './allocation.js';
import { withUncounted } from './uncounted.js';

interface AllocationRow {
  readonly version: number;
  readonly effectiveAt: Date;
  /** Until when what is told of the one cluster is certain. */
  readonly confirmedAt: Date;
  /** When it was last told, changed or not. */
  readonly toldAt: Date;
  /** It has been looked at there since changes may have been missed, so that their absence confirms it. */
  readonly isWatched: boolean;
  readonly entries: AllocationEntry[];
  /** The part of them that is tasks, one by one. */
  readonly tasks: AllocationEntry[];
}

type StatedAllocation = Pick<AllocationRow, 'version' | 'effectiveAt' | 'entries'>;

export interface Sighting {
  readonly workload: WorkloadRow;
  /** Name of the cluster that was looked at; absent: the one that answers for the workload. */
  readonly cluster?: string | undefined;
  /** Null: the runtime knows nothing of the workload. */
  readonly observed: ObservedWorkload | null;
  readonly billed: BilledReleases;
}

/** The placement `p` on a cluster `c` that was looked at; $2: its name, null: the one that answers for the workload. */
const isThere = `case when $2::text is null then p.is_first and p.state = 'active' else c.name = $2 and p.state <> 'failed' end`;

/** Tells what a workload has running and serving, each time that it is seen to have changed: the source of all usage. */
@Injectable()
export class Allocations {
  /** Every look at a workload that nothing happens to brings one: such looks come after half the resync time or later. */
  private readonly heartbeatMilliseconds: number;

  constructor(
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.heartbeatMilliseconds = config.RESYNC_SECONDS * 500;
  }

  /** Whether `record` would write: read before, so that a pass without a change costs no transaction. */
  async isNews(sql: Sql, sighting: Sighting): Promise<boolean> {
    const last = await this.last(sql, sighting);
    const entries = this.entriesOf(sighting, last);
    if (!last) return entries.length > 0;
    if (!sameAllocation(last.entries, entries)) return true;
    if (sighting.cluster === undefined && this.isBeatDue(last)) return true;
    return !last.isWatched && entriesOn([nameOf(sighting)], last).length > 0;
  }

  /** The caller holds the workload's row lock. */
  async record(tx: Tx, sighting: Sighting): Promise<void> {
    const last = await this.last(tx, sighting);
    const entries = this.entriesOf(sighting, last);
    if (!sameAllocation(last?.entries ?? [], entries)) {
      await this.change(tx, sighting.workload, last, entries, this.effectiveAt(sighting, last, entries));
      return this.confirm(tx, sighting);
    }
    if (entriesOn([nameOf(sighting)], last).length > 0) await this.confirm(tx, sighting);
    // It is said of all clusters at once, when the first is looked at.
    if (sighting.cluster === undefined && last && this.isBeatDue(last)) await this.beat(tx, sighting.workload, last);
  }

  /** Like `record` of a cluster beside the first that is being left for good: what does not count there does not begin to. */
  async prolong(tx: Tx, sighting: Sighting): Promise<void> {
    const last = await this.last(tx, sighting);
    if (entriesOn([nameOf(sighting)], last).length > 0) await this.record(tx, sighting);
  }

  /** Nothing counts there any more, whatever runs: from now on, or since it was last certain. Under the workload's row lock. */
  async end(tx: Tx, workload: WorkloadRow, cluster: string, isCertain: boolean): Promise<void> {
    const last = await this.last(tx, { workload, cluster });
    const kept = (last?.entries ?? []).filter((entry) => entry.cluster !== cluster);
    if (!last || kept.length === last.entries.length) return;
    const at = isCertain ? this.mint.now() : last.confirmedAt;
    await this.change(tx, workload, last, kept, notBefore(at, last));
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
  ): Promise<void> {
    const version = (last?.version ?? 0) + 1;
    await this.store(tx, workload, { version, effectiveAt, entries });
    const data = this.statement(workload, { version, effectiveAt, entries });
    await this.changes.tell(tx, workloadAllocationChanged, {
      ...{ subject: data.workloadId, organizationId: data.organizationId, data },
    });
  }

  private async store(tx: Tx, { id }: WorkloadRow, { version, effectiveAt, entries }: StatedAllocation): Promise<void> {
    await tx.queryPrepared(
      `insert into allocation (workload_id, version, effective_at, told_at, entries) values ($1, $2, $3, $4, $5)
       on conflict (workload_id) do update set version = excluded.version, effective_at = excluded.effective_at,
         told_at = excluded.told_at, confirmed_at = excluded.told_at, entries = excluded.entries`,
      [id, version, effectiveAt, this.mint.now(), JSON.stringify(entries)],
    );
  }

  /**
   * Says again what was told last, for whoever missed it. Of before a restore of this database others know more: it
   * holds at the earliest since the epoch began. The caller holds the workload's row lock.
   */
  async restate(tx: Tx, workload: WorkloadRow): Promise<void> {
    const { beganAt } = await currentEpoch(tx);
    const last = (await this.last(tx, { workload })) ?? (beganAt && (await this.forgotten(tx, workload, beganAt)));
    if (!last) return;
    const effectiveAt = notBefore(beganAt ?? last.effectiveAt, last);
    const data = this.statement(workload, { ...last, effectiveAt });
    await this.changes.tell(tx, workloadAllocationSnapshot, {
      ...{ subject: data.workloadId, organizationId: data.organizationId, data },
    });
  }

  private statement(workload: WorkloadRow, stated: StatedAllocation): Allocation {
    return statementOf(workload, stated, withUncounted(stated.entries, this.config.RUNTIME));
  }

  /** It ran after the backup alone: since the epoch it has nothing, and what it will have is counted on from there. */
  private async forgotten(tx: Tx, workload: WorkloadRow, since: Date): Promise<StatedAllocation> {
    const nothing = { version: 1, effectiveAt: since, entries: [] };
    await this.store(tx, workload, nothing);
    return nothing;
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

  /** That cluster was looked at this moment. */
  private async confirm(tx: Tx, { workload, cluster }: Sighting): Promise<void> {
    await tx.queryPrepared(
      `update placement p set confirmed_at = $3 from cluster c
        where c.id = p.cluster_id and p.workload_id = $1 and ${isThere}`,
      [workload.id, cluster ?? null, this.mint.now()],
    );
  }

  private async beat(tx: Tx, { id: workloadId, organizationId }: WorkloadRow, last: AllocationRow): Promise<void> {
    const at = this.mint.now();
    await tx.queryPrepared('update allocation set told_at = $2 where workload_id = $1', [workloadId, at]);
    const data = { workloadId, organizationId, allocationVersion: last.version, confirmedAt: at.toISOString() };
    await this.changes.tell(tx, workloadAllocationHeartbeat, { subject: workloadId, organizationId, data });
  }

  private isBeatDue({ entries, toldAt }: AllocationRow): boolean {
    return entries.length > 0 && this.mint.now().getTime() - toldAt.getTime() >= this.heartbeatMilliseconds;
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
    const further = countedBeside(workload);
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
    const [row] = await sql.queryPrepared<AllocationRow>(
      `select a.version, a.effective_at as "effectiveAt", a.told_at as "toldAt", a.entries,
              coalesce(p.confirmed_at >= w.since, w.since is null) as "isWatched",
              case when p.confirmed_at >= w.since then greatest(p.confirmed_at, w.confirmed_at)
                   else coalesce(p.confirmed_at, a.effective_at) end as "confirmedAt",
              (select coalesce(jsonb_agg(jsonb_build_object('cluster', t.counted_on, 'release', r.number, 'processType', t.process,
                        'instances', 1, 'cpuMillicores', t.cpu_millicores, 'memoryMib', t.memory_mib)), '[]')
                 from task t join release r on r.id = t.release_id where t.workload_id = a.workload_id and t.counted_on is not null)
                as tasks
         from allocation a
         left join (placement p join cluster c on c.id = p.cluster_id) on p.workload_id = a.workload_id and ${isThere}
         left join runtime_watch w on w.cluster_id = p.cluster_id
        where a.workload_id = $1`,
      [workload.id, cluster ?? null],
    );
    return row;
  }
}

const nameOf = ({ workload, cluster }: Sighting): string => cluster ?? workload.cluster;

const entriesOn = (clusters: readonly string[], last: AllocationRow | undefined): AllocationEntry[] =>
  (last?.entries ?? []).filter(({ cluster }) => clusters.includes(cluster));

const notBefore = (said: Date, last: StatedAllocation | undefined): Date =>
  last && said < last.effectiveAt ? last.effectiveAt : said;

function statementOf(
  { id: workloadId, appId, environmentId, projectId, organizationId }: WorkloadRow,
  { version, effectiveAt }: StatedAllocation,
  entries: StatedEntry[],
): Allocation {
  return {
    ...{ workloadId, appId, environmentId, projectId, organizationId, entries },
    allocationVersion: version,
    effectiveAt: effectiveAt.toISOString(),
  };
}
