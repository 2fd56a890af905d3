import type { SetSleep } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { SleepRow } from './sleep.js';

const select = `select environment_id as "environmentId", organization_id as "organizationId", time_zone as "timeZone", awake,
    awake_until as "awakeUntil", is_asleep as "isAsleep"
  from environment_sleep`;

@Injectable()
export class SleepRepository {
  async find(sql: Sql, environmentId: string): Promise<SleepRow | undefined> {
    const [row] = await sql.query<SleepRow>(`${select} where environment_id = $1`, [environmentId]);
    return row;
  }

  async lock(tx: Tx, environmentId: string): Promise<SleepRow | undefined> {
    const [row] = await tx.query<SleepRow>(`${select} where environment_id = $1 for update`, [environmentId]);
    return row;
  }

  async set(tx: Tx, place: Pick<SleepRow, 'environmentId' | 'organizationId'>, hours: SetSleep): Promise<void> {
    await tx.query(
      `insert into environment_sleep (environment_id, organization_id, time_zone, awake) values ($1, $2, $3, $4)
       on conflict (environment_id) do update set time_zone = excluded.time_zone, awake = excluded.awake`,
      [place.environmentId, place.organizationId, hours.timeZone, JSON.stringify(hours.awake)],
    );
  }

  /** Of the environment, where somebody may state its hours otherwise. */
  async countChange(tx: Tx, environmentId: string): Promise<void> {
    await tx.query('update environment set part_changes = part_changes + 1 where id = $1', [environmentId]);
  }

  async setAwakeUntil(tx: Tx, environmentId: string, until: Date): Promise<void> {
    await tx.query('update environment_sleep set awake_until = $2 where environment_id = $1', [environmentId, until]);
  }

  async setAsleep(tx: Tx, environmentId: string, isAsleep: boolean): Promise<void> {
    await tx.query('update environment_sleep set is_asleep = $2 where environment_id = $1', [environmentId, isAsleep]);
  }

  async remove(tx: Tx, environmentId: string): Promise<void> {
    await tx.query('delete from environment_sleep where environment_id = $1', [environmentId]);
  }

  async isGone(sql: Sql, environmentId: string): Promise<boolean> {
    const rows = await sql.query('select 1 from environment where id = $1 and deleted_at is null', [environmentId]);
    return rows.length === 0;
  }
}
