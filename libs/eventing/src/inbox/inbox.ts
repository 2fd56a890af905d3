import type { Sql, Tx } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import { type Prepared, runPrepared } from '../session/prepared.js';

export interface Arrivals {
  /** Ids of the clear ones that had not taken effect before, as far as the inbox knows. */
  readonly fresh: Set<string>;
  /** So many, from the first on, stand before the first one whose key is parked. */
  readonly clear: number;
}

/** `relaxed`: the transaction is visible once it commits, and may be lost in a crash of the server until its log is written. */
export type Durability = 'full' | 'relaxed';

/** For a statement that is part of the transaction: `parameter` says whether its commit need not wait for the disk. */
const relaxed = (parameter: string) => `case when ${parameter} then set_config('synchronous_commit', 'off', true) end`;

const arriveStatement: Prepared = {
  name: 'berth-inbox-arrive',
  text: `
  with arriving as (
    select * from unnest($1::uuid[], $2::text[], $3::boolean[]) with ordinality as each (id, key, kept, position)),
  parked as (
    select min(position) as first from arriving a
     where exists (select from dead_letter d where d.key = a.key and d.state in ('failed', 'parked'))),
  entered as (
    insert into inbox (event_id)
    select id from arriving, parked where kept and (first is null or position < first) order by position
    on conflict (event_id) do nothing returning event_id),
  unkept as (
    select id from arriving, parked where not kept and (first is null or position < first)
       and not exists (select from inbox where event_id = id))
  select coalesce((select first - 1 from parked), cardinality($1))::int as clear,
         array(select event_id from entered union all select id from unkept) as fresh,
         ${relaxed('$4')} as relaxed`,
};

/** The same for one event, without sets: alone it comes most often. */
const arriveAloneStatement: Prepared = {
  name: 'berth-inbox-arrive-alone',
  text: `
  with key as (
    select exists (select from dead_letter where key = $2 and state in ('failed', 'parked')) as parked),
  entered as (
    insert into inbox (event_id) select $1 from key where $3 and not parked
    on conflict (event_id) do nothing returning 1)
  select (not parked)::int as clear,
         case when parked then '{}'
              when $3 and exists (select from entered) then array[$1::uuid]
              when not $3 and not exists (select from inbox where event_id = $1) then array[$1::uuid]
              else '{}' end as fresh,
         ${relaxed('$4')} as relaxed
    from key`,
};

/**
 * Enters the events of which a row is to be kept in the inbox, up to the first one whose key is parked. Of the others one
 * that was discarded by command has a row, and is not fresh. Holds no memory: any replica answers alike.
 */
export async function arrive(
  tx: Tx,
  messages: readonly BusMessage[],
  isKept: (message: BusMessage) => boolean,
  durability: Durability = 'full',
): Promise<Arrivals> {
  const [statement, values] = arrivalOf(messages, isKept);
  const [row] = await runPrepared<{ clear: number; fresh: string[] }>(tx, statement, [
    ...values,
    durability === 'relaxed',
  ]);
  return { clear: row?.clear ?? 0, fresh: new Set(row?.fresh) };
}

function arrivalOf(
  messages: readonly BusMessage[],
  isKept: (message: BusMessage) => boolean,
): [statement: Prepared, values: unknown[]] {
  const [only, ...others] = messages;
  if (only && others.length === 0) return [arriveAloneStatement, [only.event.id, only.key, isKept(only)]];
  return [
    arriveStatement,
    [messages.map(({ event }) => event.id), messages.map(({ key }) => key), messages.map(isKept)],
  ];
}

/** Enters the event; false when it took effect before. */
export async function enter(tx: Tx, eventId: string): Promise<boolean> {
  const sql = 'insert into inbox (event_id) values ($1) on conflict (event_id) do nothing returning 1 as entered';
  return (await tx.query(sql, [eventId])).length > 0;
}

/** Takes events out again that were entered in the same transaction and not handled in it. */
export async function leave(tx: Tx, eventIds: readonly string[]): Promise<void> {
  await tx.query('delete from inbox where event_id = any ($1::uuid[])', [eventIds]);
}

const trimSql = `
  with old as (select event_id from inbox where received_at < now() - make_interval(days => $1) limit $2),
  gone as (delete from inbox where event_id in (select event_id from old) returning 1)
  select count(*)::int as deleted from gone`;

/**
 * Deletes what is older than the days, which must exceed the longest time after which the bus delivers again. Some rows
 * at a time, each in a transaction of its own, so that nothing waits for it long.
 */
export async function trimInbox(sql: Pick<Sql, 'query'>, days: number, rowsAtOnce = 5_000): Promise<void> {
  for (;;) {
    const [row] = await sql.query<{ deleted: number }>(trimSql, [days, rowsAtOnce]);
    if ((row?.deleted ?? 0) < rowsAtOnce) return;
  }
}
