import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditFilter, AuditTrailRepository } from './audit-trail.repository.js';

/** Its media type. */
export const LINES = 'application/x-ndjson';

const PAGE = 500;

/** The trail as lines of JSON, page by page, so that its length does not matter. */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
  ) {}

  async *lines(query: AuditFilter): AsyncGenerator<string> {
    let before: string | null = null;
    do {
      const page = await this.trail.list(this.database, query, before, PAGE);
      for (const entry of page) yield `${JSON.stringify(entry)}\n`;
      before = page.length < PAGE ? null : (page.at(-1)?.entryId ?? null);
    } while (before !== null);
  }
}
