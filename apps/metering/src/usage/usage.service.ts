import { Access, type Caller, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Usage, UsageAnomaly, UsageAnomalyQuery, UsageQuery } from '@berth/contracts/metering';
import { Clock, Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { silentSince } from '../spans/silence.js';
import { intervalOf } from './interval.js';
import { amountsOf, groupOf, keyOf, type Quantity, type UsageLine } from './usage.js';
import { UsageRepository } from './usage.repository.js';

/** Exact usage of an interval, before anything is rounded. */
export interface Measurement {
  readonly interval: Pick<Usage, 'from' | 'to' | 'countedUntil' | 'waitingWorkloads'>;
  readonly lines: Page<UsageLine>;
  readonly total: Quantity;
}

@Injectable()
export class UsageService {
  constructor(
    private readonly access: Access,
    private readonly usage: UsageRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async read(caller: Caller, query: UsageQuery): Promise<Usage> {
    const { interval, lines, total } = await this.measure(caller, 'usage:read', query);
    const items = lines.items.map((line) => ({ ...groupOf(line), ...amountsOf(line) }));
    return { ...interval, items, next: lines.next, total: amountsOf(total) };
  }

  async anomalies(caller: Caller, query: UsageAnomalyQuery): Promise<Page<UsageAnomaly>> {
    await this.access.require(caller, 'usage:read', { organizationId: query.organization });
    const rows = await this.usage.anomalies(this.database, query);
    const page = toPage(rows, query.limit, (row) => row.id);
    return { ...page, items: page.items.map(({ id: _, ...anomaly }) => anomaly) };
  }

  async measure(caller: Caller, permission: Permission, query: UsageQuery): Promise<Measurement> {
    const { organization: organizationId, project: projectId, environment: environmentId } = query;
    await this.access.require(caller, permission, {
      organizationId,
      ...(projectId === undefined ? {} : { projectId }),
      ...(environmentId === undefined ? {} : { environmentId }),
    });
    const interval = intervalOf(query, this.clock.now());
    const lines = await this.usage.lines(this.database, query, interval);
    const waitingWorkloads = await this.usage.waitingWorkloads(
      this.database,
      organizationId,
      silentSince(this.clock.now()),
    );
    return {
      interval: {
        from: interval.from.toISOString(),
        to: interval.to.toISOString(),
        countedUntil: interval.countedUntil.toISOString(),
        waitingWorkloads,
      },
      lines: toPage(lines, query.limit, keyOf),
      total: await this.usage.total(this.database, query, interval),
    };
  }
}
