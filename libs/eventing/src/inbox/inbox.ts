import type { BusMessage } from '../bus/event-bus.js';
import type { Sql, Tx } from '@berth/service-kit';

/** `fresh`: first time here; `seen`: took effect before; `parked`: an earlier event of its key is a dead letter. */
export type Arrival = 'fresh' | 'seen' | 'parked';

interface ArrivalRow {
  readonly parked: boolean;
  readonly fresh: boolean;
}

const arriveSql = `
  with blocking as (select 1 from dead_letter where key = $2 and state in ('failed', 'parked') limit 1),
  entered as (
    insert into inbox (event_id) select $1 where not exists (select from blocking)
    on conflict (event_id) do nothing returning 1)
  select exists (select from blocking) as parked, exists (select from entered) as fresh`;

/** Enters the event in the inbox unless its key is parked. Holds no memory: any replica answers alike. */
export async function arrive(tx: Tx, { event, key }: BusMessage): Promise<Arrival> {
  const [row] = await tx.query<ArrivalRow>(arriveSql, [event.id, key]);
  if (row?.parked) return 'parked';
  return row?.fresh ? 'fresh' : 'seen';
}

/** Enters the event; false when it took effect before. */
export async function enter(tx: Tx, eventId: string): Promise<boolean> {
  const sql = 'insert into inbox (event_id) values ($1) on conflict (event_id) do nothing returning 1 as entered';
  return (await tx.query(sql, [eventId])).length > 0;
}

/** Keeps the inbox to what the bus could still deliver again. Days must exceed the retention of the bus. */
export async function trimInbox(sql: Sql, days: number): Promise<void> {
  await sql.query(`delete from inbox where received_at < now() - make_interval(days => $1)`, [days]);
}
