import type { Sql, Tx } from '@berth/service-kit';

/** Which life of the producer's database its events are of. Versions of aggregates are reused from one to the next. */
export interface Epoch {
  readonly epoch: number;
  /** Null: the first one. */
  readonly beganAt: Date | null;
  /** The database is the one that the epoch began in: it was not taken back since, as far as it can say. */
  readonly isOfThisDatabase: boolean;
}

/**
 * Another server, a dump that was read in, and a recovery to a moment each make it another one. Files that were put
 * back by themselves do not.
 */
export const identitySql = `(select system_identifier::text from pg_control_system())
  || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
  || '/' || (select oid from pg_database where datname = current_database()) || '/' || 'producer_epoch'::regclass::oid`;

const selectSql = `select epoch, began_at as "beganAt", coalesce(database = ${identitySql}, false) as "isOfThisDatabase"
  from producer_epoch`;

/** In seconds since 2020, so that an epoch is higher than all before it, those too that a restored database has forgotten. */
const beginSql = `update producer_epoch
  set epoch = greatest(epoch + 1, floor(extract(epoch from $1::timestamptz - '2020-01-01Z'::timestamptz))::int),
      began_at = $1, database = ${identitySql}
  returning epoch, began_at as "beganAt", true as "isOfThisDatabase"`;

export async function currentEpoch(sql: Sql): Promise<Epoch> {
  return only(await sql.query<Epoch>(selectSql));
}

/** What else must be taken on, where numbers other than versions of events have gone back. */
export type TakeOn = (epoch: number) => Promise<void>;

/** What a service does of its own when an epoch has begun. All of it is repeated with the command, and changes nothing then. */
export class Epochs {
  private readonly all: TakeOn[] = [];

  register(takeOn: TakeOn): void {
    this.all.push(takeOn);
  }

  async takeOn(epoch: number): Promise<void> {
    for (const each of this.all) await each(epoch);
  }
}

/**
 * Until the end of the transaction no other one tells an event: none of a former epoch comes after one of the next. Pages of
 * snapshots, which go on seeing the epoch that they began in, are waited for.
 */
export async function lockEpoch(tx: Tx): Promise<Epoch> {
  await tx.query('select from producer_epoch for update');
  await tx.query('lock table outbox in exclusive mode');
  return currentEpoch(tx);
}

/** In a transaction of repeatable read, first of all: it is of this epoch until its end, or fails with 40001. */
export async function stayInEpoch(tx: Tx): Promise<void> {
  await tx.query('select from producer_epoch for share');
}

/** What is told from here on is of a new epoch. Runs of snapshots that were broken off begin anew in it. After `lockEpoch`. */
export async function beginEpoch(tx: Tx, now: Date): Promise<Epoch> {
  await tx.query('delete from snapshot_run');
  return only(await tx.query<Epoch>(beginSql, [now]));
}

function only([epoch]: readonly Epoch[]): Epoch {
  if (!epoch) throw new Error('The row of producer_epoch is missing.');
  return epoch;
}
