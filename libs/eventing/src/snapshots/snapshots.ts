import type { Database, Tx } from '@berth/service-kit';
import { stayInEpoch } from '../outbox/epochs.js';

/** The owner's way to state all of an aggregate again, for a new or repaired consumer. */
export interface SnapshotSource {
  /** Name of the aggregate, `organization`. */
  readonly aggregate: string;
  /** Appends one page of snapshot events to the outbox; answers where the next page starts, null at the end. */
  emit(tx: Tx, cursor: string | null): Promise<string | null>;
}

const SERIALIZATION_FAILURE = '40001';

/**
 * Emits snapshots page by page. Pages run in repeatable read: a page that would state a version older than one that
 * was committed meanwhile fails on the version's row and is made again.
 */
export class Snapshots {
  private readonly sources = new Map<string, SnapshotSource>();

  constructor(private readonly database: Database) {}

  register(source: SnapshotSource): void {
    this.sources.set(source.aggregate, source);
  }

  get aggregates(): string[] {
    return [...this.sources.keys()].sort();
  }

  /**
   * States every aggregate of that name once. A run that was broken off goes on where it was.
   * @throws Error when nobody registered the aggregate
   */
  async emitAll(aggregate: string): Promise<void> {
    const source = this.sources.get(aggregate);
    if (!source) throw new Error(`There is no snapshot of "${aggregate}", only of: ${this.aggregates.join(', ')}.`);
    await this.database.apart(() => this.emitPages(source));
  }

  private async emitPages(source: SnapshotSource): Promise<void> {
    const sql = 'insert into snapshot_run (aggregate) values ($1) on conflict do nothing';
    await this.database.query(sql, [source.aggregate]);
    while (await this.page(source));
  }

  /** False after the last page. */
  private async page(source: SnapshotSource): Promise<boolean> {
    try {
      return await this.database.transaction((tx) => emitPage(tx, source));
    } catch (error) {
      if ((error as { code?: unknown }).code === SERIALIZATION_FAILURE) return true;
      throw error;
    }
  }
}

async function emitPage(tx: Tx, source: SnapshotSource): Promise<boolean> {
  await tx.query('set transaction isolation level repeatable read');
  await stayInEpoch(tx);
  const sql = 'select next_cursor as cursor from snapshot_run where aggregate = $1 for update';
  const [run] = await tx.query<{ cursor: string | null }>(sql, [source.aggregate]);
  if (!run) return false; // another run was at the last page, or an epoch began, which states everything again
  const next = await source.emit(tx, run.cursor);
  if (next === null) await tx.query('delete from snapshot_run where aggregate = $1', [source.aggregate]);
  else await tx.query('update snapshot_run set next_cursor = $2 where aggregate = $1', [source.aggregate, next]);
  return next !== null;
}
