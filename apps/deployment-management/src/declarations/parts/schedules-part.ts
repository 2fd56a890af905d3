import type { Caller } from '@berth/access';
import type { CreateSchedule, DeclaredWorkload } from '@berth/contracts/deployment';
import { Database, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ScheduleRow } from '../../schedules/schedule.js';
import { SchedulesRepository } from '../../schedules/schedules.repository.js';
import { SchedulesService } from '../../schedules/schedules.service.js';
import { declarationErrors } from '../declarations.errors.js';
import { type DeclaredPart, type Entries, entriesOf, isGone, onlyOf, type StillSo } from '../declared-part.js';

type Settings = Omit<CreateSchedule, 'name'>;

/** Tasks that run again and again. Whether one is suspended is not stated. */
@Injectable()
export class SchedulesPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'schedules';
  readonly reads = 'schedules:read';

  constructor(
    private readonly schedules: SchedulesService,
    private readonly rows: SchedulesRepository,
    private readonly database: Database,
  ) {}

  stated({ schedules }: DeclaredWorkload): Entries | undefined {
    return schedules && entriesOf(schedules);
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    const rows = await this.rows.of(sql, id);
    return Object.fromEntries(rows.map((row) => [row.name, settingsOf(row)]));
  }

  async change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void> {
    const [name, value] = onlyOf(wanted);
    const row = (await this.rows.of(this.database, id)).find((each) => each.name === name);
    if (isGone(value)) return row && this.schedules.remove(caller, row.id, stillSo);
    const settings = value as Settings;
    if (row) await this.update(caller, row, settings, stillSo);
    if (!row) await this.schedules.create(caller, id, { name, ...settings }, stillSo);
  }

  private async update(caller: Caller, row: ScheduleRow, settings: Settings, stillSo: StillSo): Promise<void> {
    const { cpuMillicores, memoryMib, ...body } = settings;
    if (cpuMillicores !== row.cpuMillicores) throw sizeFixed('/cpuMillicores');
    if (memoryMib !== row.memoryMib) throw sizeFixed('/memoryMib');
    await this.schedules.update(caller, row.id, body, '*', stillSo);
  }
}

const settingsOf = ({ cron, timeZone, command, deadlineSeconds, cpuMillicores, memoryMib }: ScheduleRow): Settings => ({
  ...{ cron, timeZone, command, deadlineSeconds, cpuMillicores, memoryMib },
});

const sizeFixed = (pointer: string): Error =>
  declarationErrors.ScheduleSizeFixed('A schedule has its size from its beginning: state one of another name.', {
    pointer,
  });
