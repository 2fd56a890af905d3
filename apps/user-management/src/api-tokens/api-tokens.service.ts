import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { ApiTokenView, CreateApiToken, CreatedApiToken } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, Ids, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type ApiTokenRecord, meaninglessScope, toApiTokenView } from './api-token.js';
import { ApiTokenEnder } from './api-token-ender.js';
import { ApiTokenMaker } from './api-token-maker.js';
import { newApiToken, shownPart } from './api-token-text.js';
import { apiTokenErrors } from './api-tokens.errors.js';
import { ApiTokensRepository } from './api-tokens.repository.js';

const DAY_MS = 86_400_000;

/** A person's own API tokens. */
@Injectable()
export class ApiTokensService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ApiTokensRepository) private readonly tokens: ApiTokensRepository,
    @Inject(ApiTokenEnder) private readonly ender: ApiTokenEnder,
    @Inject(ApiTokenMaker) private readonly maker: ApiTokenMaker,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /**
   * Takes a fresh proof: what somebody gets who found a session open, or an API token, must not outlive it.
   * @throws DomainError 422 `api_token_scope_unknown`, 409 `too_many_api_tokens`, 403 `second_factor_needed` or `step_up_required`
   */
  async create(caller: Caller, { name, scopes, expiresInDays }: CreateApiToken): Promise<CreatedApiToken> {
    const meaningless = meaninglessScope(scopes);
    if (meaningless !== undefined)
      throw apiTokenErrors.ApiTokenScopeUnknown(`${meaningless} allows nothing`, {
        pointer: `/scopes/${scopes.indexOf(meaningless)}`,
      });
    const [token, now] = [newApiToken(), this.clock.now()];
    const record: ApiTokenRecord = {
      id: this.ids.next(),
      userId: caller.subjectId,
      name,
      prefix: shownPart(token),
      scopes,
      createdAt: now,
      expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
      lastUsedAt: null,
    };
    await this.database.transaction((tx) => this.maker.insert(tx, caller, record, token));
    return { ...toApiTokenView(record), token };
  }

  async list(caller: Caller, { limit, cursor }: PageQuery): Promise<Page<ApiTokenView>> {
    const rows = await this.tokens.list(this.database, caller.subjectId, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toApiTokenView), limit, ({ id }) => id);
  }

  async revoke(caller: Caller, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.ender.end(tx, caller.subjectId, id, caller)))
        throw apiTokenErrors.ApiTokenNotFound('You have no such API token.');
    });
  }
}
