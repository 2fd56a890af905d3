import { Module } from '@nestjs/common';
import { AuditExport } from './audit-export.js';
import { AuditAddressesRepository } from './audit-addresses.repository.js';
import { AuditTrailRepository } from './audit-trail.repository.js';
import { AuditVerifier } from './audit-verifier.js';
import { AuditController } from './audit.controller.js';
import { OnAuditRecordedHandler } from './on-audit-recorded.handler.js';
import { PlatformAuditController } from './platform-audit.controller.js';

@Module({
  controllers: [AuditController, PlatformAuditController, OnAuditRecordedHandler],
  providers: [AuditAddressesRepository, AuditExport, AuditTrailRepository, AuditVerifier],
})
export class AuditModule {}
