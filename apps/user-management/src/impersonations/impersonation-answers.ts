import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { ImpersonationView } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CONSENTED_MS, type ImpersonationRecord, toView } from './impersonation.js';
import { ImpersonationEnder } from './impersonation-ender.js';
import { ImpersonationStore } from './impersonation-store.js';
import { impersonationErrors } from './impersonations.errors.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** What a person says to administrators who want to see what they see. */
@Injectable()
export class ImpersonationAnswers {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ImpersonationsRepository) private readonly impersonations: ImpersonationsRepository,
    @Inject(ImpersonationStore) private readonly store: ImpersonationStore,
    @Inject(ImpersonationEnder) private readonly ender: ImpersonationEnder,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list({ subjectId }: Caller, { limit, cursor }: PageQuery): Promise<Page<ImpersonationView>> {
    const [after, now] = [decodeCursor(cursor, 'id'), this.clock.now()];
    const rows = await this.impersonations.listOf(this.database, subjectId, now, after, limit + 1);
    return toPage(rows.map(toView), limit, ({ id }) => id);
  }

  /** @throws DomainError 404 `impersonation_not_found` */
  async consent(caller: Caller, id: string): Promise<ImpersonationRecord> {
    const now = this.clock.now();
    const span = { now, until: new Date(now.getTime() + CONSENTED_MS) };
    return this.database.transaction(async (tx) => {
      const consented = await this.store.consent(tx, caller, id, span);
      if (consented) return consented;
      throw impersonationErrors.ImpersonationNotFound('You were asked no such thing, or have answered it.');
    });
  }

  /** Refuses, or takes the consent back: what was seen until then was seen. @throws DomainError 404 `impersonation_not_found` */
  async end(caller: Caller, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.ender.end(tx, caller.subjectId, id, caller)) return;
      throw impersonationErrors.ImpersonationNotFound('Nobody looks with your eyes by that id, or asks to.');
    });
  }
}
