import { Access, Audit, type Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { StepUp } from '../step-up/step-up.js';
import type { ApiTokenRecord } from './api-token.js';
import { apiTokenErrors } from './api-tokens.errors.js';
import { ApiTokensRepository } from './api-tokens.repository.js';

const MOST = 50;

/** Stores API tokens that somebody may have. */
@Injectable()
export class ApiTokenMaker {
  constructor(
    @Inject(ApiTokensRepository) private readonly tokens: ApiTokensRepository,
    @Inject(StepUp) private readonly stepUp: StepUp,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 409 `too_many_api_tokens`, 403 `second_factor_needed` or `step_up_required` */
  async insert(tx: Tx, caller: Caller, record: ApiTokenRecord, token: string): Promise<void> {
    this.access.requireSecondFactor(caller);
    if ((await this.tokens.count(tx, caller.subjectId)) >= MOST)
      throw apiTokenErrors.TooManyApiTokens(`You have ${MOST} API tokens: revoke one first.`);
    // The user's row is held by now: whoever closes the account or ends its sessions comes before this, or finds the token.
    await this.stepUp.require(caller, tx);
    await this.tokens.insert(tx, record, token);
    const target = { kind: 'api-token', id: record.id };
    const detail = { scopes: record.scopes, expiresAt: record.expiresAt };
    await this.audit.record(tx, { by: caller, action: 'api-tokens:create', target, organizationId: null, detail });
  }
}
