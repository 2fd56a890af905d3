import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { AuditEntry } from '@berth/contracts/events';
import { auditPage, type AuditQuery, auditQuery } from '@berth/contracts/identity';
import { Answers, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { AuditTrailRepository } from './audit-trail.repository.js';

@Controller('v1/audit')
export class AuditController {
  constructor(
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
    @Inject(Access) private readonly access: Access,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @Requires('audit:read')
  @Answers(auditPage)
  async listAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: auditQuery }) { organization, limit, cursor }: AuditQuery,
  ): Promise<Page<AuditEntry>> {
    await this.access.require(caller, 'audit:read', { organizationId: organization });
    const entries = await this.trail.list(this.database, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(entries, limit, (entry) => entry.entryId);
  }
}
