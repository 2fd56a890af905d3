import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedAllocation,
  type AllocationEvent,
  isSnapshot,
  type Position,
  typesOfThePast,
} from './accepted-event.js';

export interface FreshEvent {
  readonly event: AllocationEvent;
  readonly seq: string;
}

type Named = Pick<AllocationEvent, 'source' | 'id'>;

/** `$10`: the data of each event, a line each, which costs less than an array of it: nothing in it is to be escaped. */
const appendSql = `
  insert into accepted_event (source, id, type, workload_id, epoch, version, is_snapshot, time, accepted_at, data)
  select source, id, type, workload_id, epoch, version, is_snapshot, time, $9, data
    from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::int[], $6::int[], $7::boolean[], $8::timestamptz[],
                string_to_array($10, E'\\n')::json[])
      as told (source, id, type, workload_id, epoch, version, is_snapshot, time, data)
      on conflict (id, source) do nothing
  returning source, id, seq`;

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

  /** Answers those that were not there yet, with their places in the log. The caller holds the locks of their workloads. */
  async append(tx: Tx, events: readonly AllocationEvent[]): Promise<FreshEvent[]> {
    if (events.length === 0) return [];
    const columns = [
      ...[events.map((each) => each.source), events.map((each) => each.id), events.map((each) => each.type)],
      ...[events.map(({ data }) => data.workloadId), events.map((each) => each.epoch)],
      ...[events.map(({ data }) => data.allocationVersion), events.map(isSnapshot), events.map((each) => each.time)],
    ];
    const parameters = [...columns, this.clock.now(), events.map(({ data }) => JSON.stringify(data)).join('\n')];
    const rows = await tx.query<Named & { seq: string }>(appendSql, parameters);
    const places = new Map(rows.map((row) => [keyOf(row), row.seq]));
    return events.flatMap((event) => {
      const seq = places.get(keyOf(event));
      places.delete(keyOf(event)); // an event that is twice in a run is new once
      return seq === undefined ? [] : [{ event, seq }];
    });
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

const keyOf = ({ source, id }: Named): string => `${id.toLowerCase()} ${source}`;
