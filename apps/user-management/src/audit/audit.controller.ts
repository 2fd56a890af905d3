import { Readable } from 'node:stream';
import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import {
  type AuditEntryView,
  type AuditExportQuery,
  auditExportQuery,
  auditPage,
  type AuditQuery,
  auditQuery,
  type AuditVerification,
  auditVerification,
  type AuditVerificationQuery,
  auditVerificationQuery,
} from '@berth/contracts/identity';
import { Answers, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { AuditExport, LINES } from './audit-export.js';
import { AuditTrailRepository } from './audit-trail.repository.js';
import { AuditVerifier } from './audit-verifier.js';

@Controller('v1/audit')
export class AuditController {
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
  async listAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: auditQuery }) { limit, cursor, ...query }: AuditQuery,
  ): Promise<Page<AuditEntryView>> {
    await this.access.require(caller, 'audit:read', { organizationId: query.organization });
    const entries = await this.trail.list(this.database, query, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(entries, limit, (entry) => entry.entryId);
  }

  /** Lines of JSON, newest first. */
  @Get('export')
  @Requires('audit:read')
  @ApiProduces(LINES)
  async exportAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: auditExportQuery }) query: AuditExportQuery,
  ): Promise<StreamableFile> {
    await this.access.require(caller, 'audit:read', { organizationId: query.organization });
    return new StreamableFile(Readable.from(this.exports.lines(query)), { type: LINES });
  }

  @Get('verification')
  @Requires('audit:read')
  @Answers(auditVerification)
  async verifyAudit(
    @CurrentCaller() caller: Caller,
    @Query({ schema: auditVerificationQuery }) { organization }: AuditVerificationQuery,
  ): Promise<AuditVerification> {
    await this.access.require(caller, 'audit:read', { organizationId: organization });
    return this.verifier.verify(organization);
  }
}
