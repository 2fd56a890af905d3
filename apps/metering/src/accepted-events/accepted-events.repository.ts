import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedAllocation,
  type AllocationEvent,
  isSnapshot,
  type Position,
  typesOfThePast,
} from './accepted-event.js';

/** What of a run of events one workload has in the log since. */
export interface Added {
  /** Place of the last one. */
  readonly seq: string;
  /** Which of them; null: all that were told. */
  readonly keys: ReadonlySet<string> | null;
}

type Named = Pick<AllocationEvent, 'source' | 'id'>;

/**
 * Columns are texts with a line for each event, which costs less than arrays: nothing in them is to be escaped. Which of the
 * events are new is said only where not all of them are.
 */
const appendSql = `
  with added as (
    insert into accepted_event (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
    select source, id, type, workload_id, epoch, version, is_snapshot, time, $9, data
      from unnest(string_to_array($1, E'\\n'), string_to_array($2, E'\\n')::uuid[], string_to_array($3, E'\\n'),
                  string_to_array($4, E'\\n')::uuid[], string_to_array($5, E'\\n')::int[], string_to_array($6, E'\\n')::int[],
                  string_to_array($7, E'\\n')::boolean[], string_to_array($8, E'\\n')::timestamptz[],
                  string_to_array($10, E'\\n')::json[])
        as told (source, id, type, workload_id, epoch, version, is_snapshot, time, data)
        on conflict (id, source) do nothing
    returning source, id, workload_id, seq
  )
  select workload_id as "workloadId", max(seq) as seq,
         case when (select count(*) from added) < $11 then array_agg(id || ' ' || source) end as keys
    from added group by workload_id`;

/**
 * Says nothing new: what a fact told before says too. A snapshot of a version that was only told as a change does say
 * something: it holds also where versions before it are missing.
 */
const isNews = `not exists (
  select from accepted_event told
   where (told.workload_id, told.epoch, told.version) = (late.workload_id, late.epoch, late.version)
     and told.seq < late.seq and (told.is_snapshot or not late.is_snapshot))`;

const facts = `select epoch, is_snapshot as "isSnapshot", time, data,
    type in (${typesOfThePast.map((type) => `'${type}'`).join(', ')}) as "isOfThePast" from accepted_event`;

/** The append-only log that usage can be derived from again, for ever: an event is in it once, by its source and id. */
@Injectable()
export class AcceptedEventsRepository {
  constructor(private readonly clock: Clock) {}

  /** Answers by workload what was not there yet. The caller holds the locks of their workloads. */
  async append(tx: Tx, events: readonly AllocationEvent[]): Promise<ReadonlyMap<string, Added>> {
    if (events.length === 0) return new Map();
    const column = (of: (event: AllocationEvent) => unknown) => events.map(of).join('\n');
    const rows = await tx.query<{ workloadId: string; seq: string; keys: string[] | null }>(appendSql, [
      ...[column(({ source }) => source), column(({ id }) => id), column(({ type }) => type)],
      ...[column(({ data }) => data.workloadId), column(({ epoch }) => epoch)],
      ...[column(({ data }) => data.allocationVersion), column(isSnapshot), column(({ time }) => time)],
      ...[this.clock.now(), column(({ data }) => JSON.stringify(data)), events.length],
    ]);
    return new Map(rows.map(({ workloadId, seq, keys }) => [workloadId, { seq, keys: keys && new Set(keys) }]));
  }

  /** The workloads of which one of these events says something new. */
  async withNews(tx: Tx, events: readonly AllocationEvent[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ workloadId: string }>(
      `select distinct workload_id as "workloadId" from unnest($1::text[], $2::uuid[]) as told (source, id)
         join accepted_event late using (source, id) where ${isNews}`,
      [events.map(({ source }) => source), events.map(({ id }) => id)],
    );
    return new Set(rows.map(({ workloadId }) => workloadId));
  }

  /** In order; at most `limit`. */
  after(tx: Tx, workloadId: string, { epoch, version }: Position, limit: number): Promise<AcceptedAllocation[]> {
    return tx.query<AcceptedAllocation>(
      `${facts} where workload_id = $1 and (epoch, version) > ($2::int, $3::int)
        order by epoch, version, is_snapshot, source, id limit $4`,
      [workloadId, epoch, version, limit],
    );
  }

  /** What may be applied over a hole. */
  overHole(tx: Tx, workloadId: string, { epoch, version }: Position): Promise<AcceptedAllocation[]> {
    return tx.query<AcceptedAllocation>(
      `${facts} where workload_id = $1 and (epoch, version) > ($2::int, $3::int)
          and (is_snapshot or (epoch > $2 and data->'followsEpochs' is not null))
        order by epoch, version, source, id limit 1`,
      [workloadId, epoch, version],
    );
  }
}

/** Those that were added, each once. */
export const addedOf = (events: readonly AllocationEvent[], added: Added | undefined): readonly AllocationEvent[] => {
  if (!added) return [];
  const left = added.keys && new Set(added.keys);
  return left ? events.filter((event) => left.delete(keyOf(event))) : events;
};

const keyOf = ({ source, id }: Named): string => `${id.toLowerCase()} ${source}`;
