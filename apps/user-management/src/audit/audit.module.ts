import { Module } from '@nestjs/common';
import { AuditTrailRepository } from './audit-trail.repository.js';
import { AuditController } from './audit.controller.js';
import { OnAuditRecordedHandler } from './on-audit-recorded.handler.js';

@Module({ controllers: [AuditController, OnAuditRecordedHandler], providers: [AuditTrailRepository] })
export class AuditModule {}
