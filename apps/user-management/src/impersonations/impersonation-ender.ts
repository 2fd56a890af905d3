import { Audit, type Caller } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { ImpersonationRecord } from './impersonation.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** Ends impersonations, whether somebody looks already or only asked to. */
@Injectable()
export class ImpersonationEnder {
  constructor(
    @Inject(ImpersonationsRepository) private readonly impersonations: ImpersonationsRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** False when there was none to end. */
  async end(tx: Tx, userId: string, id: string, by: Caller): Promise<boolean> {
    const ended = await this.impersonations.delete(tx, userId, id);
    for (const each of ended) await this.told(tx, each, by);
    return ended.length > 0;
  }

  /** Those that look as this person, and those that this person began. */
  async endAllOf(tx: Tx, userId: string, by: Caller | 'platform'): Promise<void> {
    for (const each of await this.impersonations.deleteAllOf(tx, userId)) await this.told(tx, each, by);
  }

  /** Those in which this person looked from a session of theirs that ends. */
  async endLookedIn(tx: Tx, administratorId: string, sessionId: string, by: Caller | 'platform'): Promise<void> {
    const ended = await this.impersonations.deleteLookedIn(tx, administratorId, sessionId);
    for (const each of ended) await this.told(tx, each, by);
  }

  private async told(tx: Tx, { id, userId }: ImpersonationRecord, by: Caller | 'platform'): Promise<void> {
    await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId } });
    const target = { kind: 'impersonation', id };
    const detail = { userId };
    await this.audit.record(tx, { by, action: 'impersonations:end', target, organizationId: null, detail });
  }
}
