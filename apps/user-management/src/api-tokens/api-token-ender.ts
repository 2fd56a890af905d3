import { Audit, type Caller, changedFrom } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ApiTokensRepository } from './api-tokens.repository.js';

/** Ends API tokens. Access tokens that one was exchanged for end with it: they carry its id as their session. */
@Injectable()
export class ApiTokenEnder {
  constructor(
    @Inject(ApiTokensRepository) private readonly tokens: ApiTokensRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** False when the user has no such token. */
  async end(tx: Tx, userId: string, id: string, by: Caller | 'platform'): Promise<boolean> {
    const ended = await this.tokens.delete(tx, userId, id);
    if (!ended) return false;
    await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId } });
    const target = { kind: 'api-token', id };
    const change = changedFrom(ended, {});
    await this.audit.record(tx, { by, action: 'api-tokens:delete', target, organizationId: null, change });
    return true;
  }
}
