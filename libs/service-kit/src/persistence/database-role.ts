import type { OnApplicationBootstrap } from '@nestjs/common';
import { Gauge } from 'prom-client';
import type { Logger } from '../logging/logger.js';
import type { Database } from './database.js';

const bypass = new Gauge({
  name: 'berth_database_policies_bypassed',
  help: '1 when the role as which a service connects goes round the policies that keep organizations apart',
  labelNames: ['service'],
});

const sql = 'select rolsuper or rolbypassrls as bypasses from pg_roles where rolname = current_user';

/** Tells whoever operates the platform when its second wall does not stand: superusers are bound by no policy. */
export class DatabaseRole implements OnApplicationBootstrap {
  constructor(
    private readonly service: string,
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const [role] = await this.database.query<{ bypasses: boolean }>(sql);
    const bypasses = role?.bypasses === true;
    bypass.set({ service: this.service }, Number(bypasses));
    if (!bypasses) return;
    const advice =
      'the role of DATABASE_URL goes round row-level security: use one that is no superuser, without BYPASSRLS';
    this.logger.warn({ service: this.service }, advice);
  }
}
