import type { AuditExportQuery } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrailRepository } from './audit-trail.repository.js';

const PAGE = 500;

/** The trail as lines of JSON, page by page, so that its length does not matter. */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
  ) {}

  async *lines(query: AuditExportQuery): AsyncGenerator<string> {
    let before: string | null = null;
    do {
      const page = await this.trail.list(this.database, query, before, PAGE);
      for (const entry of page) yield `${JSON.stringify(entry)}\n`;
      before = page.length < PAGE ? null : (page.at(-1)?.entryId ?? null);
    } while (before !== null);
  }
}
