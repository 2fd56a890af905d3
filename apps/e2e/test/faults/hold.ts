import { randomInt } from 'node:crypto';
import { eventually } from '@berth/testing';
import { Client } from 'pg';

export interface HeldRow {
  readonly table: string;
  /** SQL over `new`, the row that is about to be written. */
  readonly when: string;
}

/**
 * Stops whoever writes a certain row, in the middle of its transaction: the database waits for a lock that this holds.
 * It cannot be made while another one holds somebody at the same table.
 * Nothing of the platform knows of it, and one that is killed there has not committed.
 */
export class Hold {
  private constructor(
    private readonly client: Client,
    private readonly key: number,
    private readonly row: HeldRow,
  ) {}

  static async on(url: string, row: HeldRow): Promise<Hold> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const hold = new Hold(client, randomInt(2 ** 31), row);
    await hold.install();
    return hold;
  }

  /** Somebody is stopped there. */
  async reached(): Promise<void> {
    const waiting = () => this.client.query(waitingSql, [this.key]);
    await eventually(
      async () => (await waiting()).rowCount || Promise.reject(new Error(`nobody at ${this.row.when}`)),
      {
        within: 60_000,
      },
    );
  }

  /** The trigger stays and stops nobody: dropping it would wait for whom others hold. Whoever waits goes on, or finds that its client is gone and rolls back. */
  async release(): Promise<void> {
    await this.client.query('select pg_advisory_unlock_all()');
    await this.client.end();
  }

  private async install(): Promise<void> {
    const { client, key, row } = this;
    const name = `hold_${key}`;
    await client.query('select pg_advisory_lock($1)', [key]);
    await client.query(`
      create function ${name}() returns trigger language plpgsql as $$ begin
        if ${row.when} then perform pg_advisory_xact_lock(${key}); end if;
        return new;
      end $$`);
    await client.query(
      `create trigger ${name} before insert or update on ${row.table} for each row execute function ${name}()`,
    );
  }
}

const waitingSql = `select 1 from pg_locks where locktype = 'advisory' and objid = $1 and not granted`;
