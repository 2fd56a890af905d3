import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type {
  CreatedOrganizationToken,
  CreateOrganizationToken,
  OrganizationTokenQuery,
  OrganizationTokenView,
} from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { newOrganizationToken, shownPart } from '../api-tokens/api-token-text.js';
import { rightsOf } from '../roles/role-rights.js';
import { type OrganizationTokenRecord, toOrganizationTokenView, within } from './organization-token.js';
import { OrganizationTokenEnder } from './organization-token-ender.js';
import { OrganizationTokenMaker } from './organization-token-maker.js';
import { organizationTokenErrors } from './organization-tokens.errors.js';
import { OrganizationTokensRepository } from './organization-tokens.repository.js';

const DAY_MS = 86_400_000;

type Given = Pick<OrganizationTokenRecord, 'organizationId' | 'role' | 'scope' | 'scopes'>;

/** API tokens of an organization. */
@Injectable()
export class OrganizationTokensService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationTokensRepository) private readonly tokens: OrganizationTokensRepository,
    @Inject(OrganizationTokenEnder) private readonly ender: OrganizationTokenEnder,
    @Inject(OrganizationTokenMaker) private readonly maker: OrganizationTokenMaker,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * To make one is to give a role, which is a permission of its own; and nobody gives what they do not have.
   * @throws DomainError 422 `organization_token_scope_empty`, 409 `too_many_organization_tokens`, 403
   */
  async create(
    caller: Caller,
    body: CreateOrganizationToken,
  ): Promise<{ created: CreatedOrganizationToken; access: AccessVersion }> {
    const { organizationId, name, role, scopes, expiresInDays } = body;
    await this.access.require(caller, 'organization-tokens:create', { organizationId });
    await this.access.require(caller, 'memberships:create', { organizationId });
    const scope = body.scope ?? { kind: 'organization' as const, id: organizationId };
    await this.requireToGive(caller, { organizationId, role, scope, scopes });
    const [token, now] = [newOrganizationToken(), this.clock.now()];
    const made = await this.database.transaction((tx) =>
      this.maker.insert(tx, caller, token, {
        ...{ organizationId, name, role, scope, scopes, prefix: shownPart(token) },
        ...{ createdBy: caller.subjectId, createdAt: now, lastUsedAt: null },
        expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
      }),
    );
    return { created: { ...toOrganizationTokenView(made.record), token }, access: made.access };
  }

  async list(caller: Caller, query: OrganizationTokenQuery): Promise<Page<OrganizationTokenView>> {
    const { organization: organizationId, limit, cursor } = query;
    await this.access.require(caller, 'organization-tokens:read', { organizationId });
    const rows = await this.tokens.list(this.database.confined, organizationId, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toOrganizationTokenView), limit, ({ id }) => id);
  }

  async revoke(caller: Caller, id: string): Promise<AccessVersion> {
    const token = await this.tokens.find(this.database, id);
    if (!token) throw notFound();
    await this.access.require(caller, 'organization-tokens:delete', { organizationId: token.organizationId });
    const version = await this.database.transaction((tx) => this.ender.end(tx, id, caller));
    if (!version) throw notFound();
    return version;
  }

  /** What the token may do is what its role and its scopes both allow: that much is asked of whoever makes it. */
  private async requireToGive(caller: Caller, token: Given): Promise<void> {
    const { organizationId, scopes } = token;
    const [ofRole, target] = rightsOf(organizationId, token);
    const empty = scopes.findIndex((each) => within([each], ofRole).length === 0);
    if (empty >= 0)
      throw organizationTokenErrors.OrganizationTokenScopeEmpty(`allows nothing to the role ${token.role} there`, {
        pointer: `/scopes/${empty}`,
      });
    await this.access.requireToHandOn(caller, within(scopes, ofRole), target);
  }
}
