import type { Caller } from '@berth/access';
import type { DeclaredEnvironment, SetSleep } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { SleepRepository } from '../../sleep/sleep.repository.js';
import { SleepService } from '../../sleep/sleep.service.js';
import { type DeclaredPart, type Entries, isGone, type StillSo } from '../declared-part.js';
import { NOTHING } from '../fields.js';

/** When an environment is awake. Whoever wakes it for a while contradicts nobody. */
@Injectable()
export class SleepPart implements DeclaredPart<DeclaredEnvironment> {
  readonly name = 'sleep';
  readonly reads = 'environments:read';

  constructor(
    private readonly sleep: SleepService,
    private readonly rows: SleepRepository,
  ) {}

  stated({ sleep }: DeclaredEnvironment): Entries | undefined {
    return sleep && { hours: sleep.hours ?? NOTHING };
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    const row = await this.rows.find(sql, id);
    return row ? { hours: { timeZone: row.timeZone, awake: row.awake } } : {};
  }

  async change(caller: Caller, id: string, { hours }: Entries, stillSo: StillSo): Promise<void> {
    if (isGone(hours)) return this.sleep.remove(caller, id, stillSo);
    await this.sleep.set(caller, id, hours as SetSleep, stillSo);
  }
}
