import type { Tx } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';

/**
 * Parking and replay of one key take turns: without this an event could be parked behind a key whose last
 * letter is being replayed just then, and would wait for ever.
 */
export async function lockKey(tx: Tx, key: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 7163600004))', [key]);
}

export async function isParked(tx: Tx, key: string): Promise<boolean> {
  const sql = `select 1 as open from dead_letter where key = $1 and state in ('failed', 'parked') limit 1`;
  return (await tx.query(sql, [key])).length > 0;
}

/** Stores an event behind the dead letter of its key. An event that is stored or was handled already is left alone. */
export async function park(tx: Tx, { event, key }: BusMessage): Promise<void> {
  const sql = `insert into dead_letter (id, key, event, state)
    select $1, $2, $3, 'parked' where not exists (select from inbox where event_id = $1)
    on conflict (id) do nothing`;
  await tx.query(sql, [event.id, key, JSON.stringify(event)]);
}

/** Stores an event that could not be handled; from now on its key is parked. */
export async function bury(tx: Tx, { event, key }: BusMessage, error: string, attempts: number): Promise<void> {
  const sql = `insert into dead_letter (id, key, event, state, error, attempts) values ($1, $2, $3, 'failed', $4, $5)
    on conflict (id) do update set error = excluded.error, attempts = dead_letter.attempts + excluded.attempts`;
  await tx.query(sql, [event.id, key, JSON.stringify(event), error, attempts]);
}
