import { type Caller, changedFrom } from '@berth/access';
import type { Environment, SetSleep } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { notFound } from '../not-found.js';
import { isTimeZone } from '../schedules/cron.js';
import type { SleepRow } from './sleep.js';
import { SleepChanges } from './sleep-changes.js';
import { sleepErrors } from './sleep.errors.js';
import { SleepRepository } from './sleep.repository.js';

/** Asked under the lock of the environment. @throws when it must not be changed as it is now */
type Precondition = (tx: Tx) => Promise<void>;

/** The hours of an environment, each change in effect at once. */
@Injectable()
export class SleepService {
  constructor(
    private readonly database: Database,
    private readonly sleep: SleepRepository,
    private readonly follower: SleepChanges,
    private readonly environments: EnvironmentsService,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** @throws 404 when it has no waking hours, or the caller may not know of it */
  async get(caller: Caller, id: string): Promise<SleepRow> {
    await this.environments.get(caller, id, 'environments:read');
    const found = await this.sleep.find(this.database, id);
    if (!found) throw notFound();
    return found;
  }

  async set(caller: Caller, id: string, hours: SetSleep, precondition?: Precondition): Promise<SleepRow> {
    const environment = await this.environments.get(caller, id, 'environments:update');
    if (!isTimeZone(hours.timeZone))
      throw sleepErrors.TimeZoneUnknown(`There is no time zone ${hours.timeZone}.`, { pointer: '/timeZone' });
    return this.change(caller, environment, { hours }, async (tx) => {
      await precondition?.(tx);
      await this.sleep.set(tx, { environmentId: id, organizationId: environment.organizationId }, hours);
      await this.sleep.countChange(tx, id);
    });
  }

  /** Whoever may start what runs in it may wake it. @throws 404 when it has no waking hours */
  async wake(caller: Caller, id: string, seconds: number): Promise<SleepRow> {
    const environment = await this.environments.get(caller, id, 'workloads:scale');
    const until = new Date(this.mint.now().getTime() + seconds * 1_000);
    return this.change(caller, environment, { until }, (tx) => this.sleep.setAwakeUntil(tx, id, until));
  }

  async remove(caller: Caller, id: string, precondition?: Precondition): Promise<void> {
    const environment = await this.environments.get(caller, id, 'environments:update');
    await this.database.transaction(async (tx) => {
      await this.environments.holdAlone(tx, id);
      const row = await this.sleep.lock(tx, id);
      if (!row) throw notFound();
      await precondition?.(tx);
      await this.sleep.countChange(tx, id);
      await this.follower.end(tx, row);
      await this.act(tx, caller, environment, { detail: { hours: null }, former: row, next: undefined });
    });
  }

  private change(
    caller: Caller,
    environment: Environment,
    detail: object,
    write: (tx: Tx) => Promise<void>,
  ): Promise<SleepRow> {
    const { id } = environment;
    return this.database.transaction(async (tx) => {
      await this.environments.holdAlone(tx, id);
      const former = await this.sleep.lock(tx, id);
      await write(tx);
      const row = await this.sleep.lock(tx, id);
      if (!row) throw notFound();
      const isAsleep = await this.follower.changed(tx, row);
      await this.act(tx, caller, environment, { detail, former, next: row });
      return { ...row, isAsleep };
    });
  }

  private act(
    tx: Tx,
    by: Caller,
    { id, organizationId }: Environment,
    { detail, former, next }: { detail: object; former: SleepRow | undefined; next: SleepRow | undefined },
  ): Promise<void> {
    const act = { by, action: 'environments:update', target: { kind: 'environment', id }, organizationId };
    const change = changedFrom({ sleep: former && hoursOf(former) }, { sleep: next && hoursOf(next) });
    return this.changes.act(tx, { ...act, detail: { sleep: detail }, change });
  }
}

const hoursOf = ({ timeZone, awake, awakeUntil }: SleepRow) => ({ timeZone, awake, awakeUntil });
