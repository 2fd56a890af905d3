import { resourceKey } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { addToTotals } from '../windows/hourly-totals.js';
import type { Advance, Place, StoredSpan } from './advance.js';

/** Of one workload or many. */
export type Writing = Pick<Advance, 'ended' | 'dropped' | 'open'>;

interface OpenRow
  extends Omit<StoredSpan, 'place' | 'storageBytes' | 'buildMillicores' | 'egressBytes' | 'domains'>, Place {
  readonly storageBytes: string;
  readonly buildMillicores: number;
  readonly egressBytes: number;
  readonly domains: number;
}

const openSql = `
  select s.id, s.instances, lower(s.during) as "from", r.cluster, r.release, r.process_type as "processType",
         r.cpu_millicores as "cpuMillicores", r.memory_mib as "memoryMib", r.storage_bytes as "storageBytes",
         r.build_millicores as "buildMillicores", r.egress_bytes as "egressBytes", r.domains, r.workload_id as "workloadId",
         r.organization_id as "organizationId", r.project_id as "projectId", r.environment_id as "environmentId",
         r.app_id as "appId"
    from metered_resource r join span s on s.resource_id = r.id and upper_inf(s.during)
   where r.workload_id = any($1::uuid[])`;

const endSql = `
  with dropped as (
    delete from span where id = any(string_to_array($3, ',')::bigint[])
  ), ended as (
    update span s set during = tstzrange(lower(during), told.at)
      from unnest(string_to_array($1, ',')::bigint[], string_to_array($2, ',')::timestamptz[]) as told (id, at) where s.id = told.id
    returning s.resource_id, s.instances, s.during
  ) ${addToTotals('ended')}`;

/** `number`: which of the resources that were asked for. */
const resourcesSql = `
  with told as (
    select * from jsonb_to_recordset($1::jsonb)
      as each (number int, "workloadId" uuid, "organizationId" uuid, "projectId" uuid, "environmentId" uuid, "appId" uuid,
               cluster text, release int, "processType" text, "cpuMillicores" int, "memoryMib" int, "storageBytes" bigint,
               "buildMillicores" int, "egressBytes" int, domains int)
  ), known as (
    select told.number, r.id from told join metered_resource r
        on (r.workload_id, r.cluster, r.release, r.process_type, r.cpu_millicores, r.memory_mib, r.storage_bytes, r.build_millicores, r.egress_bytes, r.domains)
         = (told."workloadId", told.cluster, told.release, told."processType", told."cpuMillicores", told."memoryMib", told."storageBytes", told."buildMillicores", told."egressBytes", told.domains)
  ), added as (
    insert into metered_resource (workload_id, organization_id, project_id, environment_id, app_id, cluster, release,
                                  process_type, cpu_millicores, memory_mib, storage_bytes, build_millicores, egress_bytes, domains)
    select "workloadId", "organizationId", "projectId", "environmentId", "appId", cluster, release, "processType",
           "cpuMillicores", "memoryMib", "storageBytes", "buildMillicores", "egressBytes", domains
      from told where number not in (select number from known) order by number
    returning *
  )
  select * from known
   union all
  select told.number, r.id from told join added r
      on (r.workload_id, r.cluster, r.release, r.process_type, r.cpu_millicores, r.memory_mib, r.storage_bytes, r.build_millicores, r.egress_bytes, r.domains)
       = (told."workloadId", told.cluster, told.release, told."processType", told."cpuMillicores", told."memoryMib", told."storageBytes", told."buildMillicores", told."egressBytes", told.domains)`;

const addSql = `
  with added as (
    insert into span (resource_id, instances, during)
    select resource_id, instances, tstzrange(starts, ends)
      from unnest(string_to_array($1, ',')::bigint[], string_to_array($2, ',')::int[],
                  string_to_array($3, ',')::timestamptz[], string_to_array($4, ',', '')::timestamptz[])
        as told (resource_id, instances, starts, ends)
    returning *
  ) ${addToTotals('added')}`;

const resourceOf = ({ place, ...span }: StoredSpan) => {
  const { cluster, release, processType, cpuMillicores, memoryMib } = span;
  const { storageBytes = 0, buildMillicores = 0, egressBytes = 0, domains = 0 } = span;
  const { workloadId, organizationId, projectId, environmentId, appId } = place;
  return {
    ...{ workloadId, organizationId, projectId, environmentId, appId },
    ...{ cluster, release, processType, cpuMillicores, memoryMib },
    ...{ storageBytes, buildMillicores, egressBytes, domains },
  };
};

/** A text that the database splits costs less than an array: nothing in it is to be escaped. */
const listed = <Item>(items: readonly Item[], of: (item: Item) => string | number | null): string =>
  items.map(of).join(',');

const at = (moment: Date): string => moment.toISOString();

@Injectable()
export class SpansRepository {
  /** What goes on, by workload. */
  async open(tx: Tx, workloadIds: readonly string[]): Promise<ReadonlyMap<string, StoredSpan[]>> {
    if (workloadIds.length === 0) return new Map();
    const rows = await tx.query<OpenRow>(openSql, [workloadIds]);
    return Map.groupBy(rows.map(storedOf), ({ place }) => place.workloadId);
  }

  /** Ends or drops what is stored, and stores what is not: in this order, because spans of a resource must not overlap. */
  async write(tx: Tx, { ended, dropped, open }: Writing): Promise<void> {
    const closing = ended.filter(({ id }) => id !== null);
    const gone = dropped.filter(({ id }) => id !== null);
    if (closing.length + gone.length > 0)
      await tx.query(endSql, [
        ...[listed(closing, ({ id }) => id), listed(closing, ({ to }) => at(to)), listed(gone, ({ id }) => id)],
      ]);
    const added = [...ended, ...open.map((span) => ({ ...span, to: null }))].filter(({ id }) => id === null);
    if (added.length > 0) await this.add(tx, added);
  }

  async removeAll(tx: Tx, workloadId: string): Promise<void> {
    for (const table of ['span', 'hourly_total'])
      await tx.query(
        `delete from ${table} d using metered_resource r where r.id = d.resource_id and r.workload_id = $1`,
        [workloadId],
      );
  }

  private async add(tx: Tx, spans: readonly (StoredSpan & { readonly to: Date | null })[]): Promise<void> {
    const ids = await this.resourceIds(tx, spans);
    await tx.query(addSql, [
      ...[ids.join(','), listed(spans, ({ instances }) => instances)],
      ...[listed(spans, ({ from }) => at(from)), listed(spans, ({ to }) => (to ? at(to) : ''))],
    ]);
  }

  /** Of each span. */
  private async resourceIds(tx: Tx, spans: readonly StoredSpan[]): Promise<string[]> {
    const keys = spans.map((span) => `${span.place.workloadId} ${resourceKey(span)}`);
    const resources = new Map(spans.map((span, index) => [keys[index], span]));
    const told = [...resources.values()].map((span, number) => ({ ...resourceOf(span), number }));
    const rows = await tx.query<{ number: number; id: string }>(resourcesSql, [JSON.stringify(told)]);
    const found = new Map(rows.map(({ number, id }) => [number, id]));
    const ids = new Map([...resources.keys()].map((key, number) => [key, found.get(number) ?? '']));
    return keys.map((key) => ids.get(key) ?? '');
  }
}

function storedOf({ storageBytes, ...row }: OpenRow): StoredSpan {
  const { workloadId, organizationId, projectId, environmentId, appId, ...span } = row;
  const place = { workloadId, organizationId, projectId, environmentId, appId };
  return { ...span, storageBytes: Number(storageBytes), place };
}
