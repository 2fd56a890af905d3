import { Readable } from 'node:stream';
import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import {
  type AuditEntryView,
  auditPage,
  type AuditVerification,
  auditVerification,
  type PlatformAuditExportQuery,
  platformAuditExportQuery,
  type PlatformAuditQuery,
  platformAuditQuery,
} from '@berth/contracts/identity';
import { Answers, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { AuditExport, LINES } from './audit-export.js';
import { AuditTrailRepository } from './audit-trail.repository.js';
import { AuditVerifier } from './audit-verifier.js';

/** What was done to the platform itself, and by people to their own accounts: in no organization's trail. */
@Controller('v1/admin/user-management/audit')
export class PlatformAuditController {
  constructor(
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
    @Inject(AuditExport) private readonly exports: AuditExport,
    @Inject(AuditVerifier) private readonly verifier: AuditVerifier,
    @Inject(Access) private readonly access: Access,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @Requires('audit:read')
  @Answers(auditPage)
  async listPlatformAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: platformAuditQuery }) { limit, cursor, ...filter }: PlatformAuditQuery,
  ): Promise<Page<AuditEntryView>> {
    this.access.requireOnPlatform(caller, 'audit:read');
    const query = { ...filter, organization: null };
    const entries = await this.trail.list(this.database, query, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(entries, limit, (entry) => entry.entryId);
  }

  /** Lines of JSON, newest first. */
  @Get('export')
  @Requires('audit:read')
  @ApiProduces(LINES)
  exportPlatformAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: platformAuditExportQuery }) filter: PlatformAuditExportQuery,
  ): StreamableFile {
    this.access.requireOnPlatform(caller, 'audit:read');
    const lines = this.exports.lines({ ...filter, organization: null });
    return new StreamableFile(Readable.from(lines), { type: LINES });
  }

  @Get('verification')
  @Requires('audit:read')
  @Answers(auditVerification)
  verifyPlatformAudit(@CurrentCaller() caller: Caller): Promise<AuditVerification> {
    this.access.requireOnPlatform(caller, 'audit:read');
    return this.verifier.verify(null);
  }
}
