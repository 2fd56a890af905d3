import { type AccessVersion, Audit, type Caller } from '@berth/access';
import { Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import type { OrganizationTokenRecord } from './organization-token.js';
import { OrganizationTokenEnder } from './organization-token-ender.js';
import { organizationTokenErrors } from './organization-tokens.errors.js';
import { OrganizationTokensRepository } from './organization-tokens.repository.js';

const MOST = 50;

/** Stores API tokens that an organization may have, each with its role. */
@Injectable()
export class OrganizationTokenMaker {
  constructor(
    @Inject(OrganizationTokensRepository) private readonly tokens: OrganizationTokensRepository,
    @Inject(OrganizationTokenEnder) private readonly ender: OrganizationTokenEnder,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `too_many_organization_tokens` */
  async insert(
    tx: Tx,
    by: Caller,
    token: string,
    wanted: Omit<OrganizationTokenRecord, 'id'>,
  ): Promise<{ record: OrganizationTokenRecord; access: AccessVersion }> {
    const { organizationId, role, scope, scopes, createdAt, expiresAt } = wanted;
    const record = { ...wanted, id: this.ids.next() };
    const { id } = record;
    await this.memberships.lock(tx, organizationId);
    await this.requireRoom(tx, organizationId, createdAt);
    await this.tokens.insert(tx, record, token);
    const membership = { id: this.ids.next(), organizationId, userId: id, scope, role, createdAt };
    await this.memberships.insert(tx, membership);
    const target = { kind: 'organization-token', id };
    const detail = { role, scope, scopes, expiresAt };
    await this.audit.record(tx, { by, action: 'organization-tokens:create', target, organizationId, detail });
    const access = await this.changes.granted(tx, by, membership.id, { organizationId, subjectId: id, scope, role });
    return { record, access };
  }

  /** The organization's row is held, so that two requests at once do not both find room. What has ended makes some. */
  private async requireRoom(tx: Tx, organizationId: string, now: Date): Promise<void> {
    const all = await this.tokens.ends(tx, organizationId);
    const ended = all.filter(({ expiresAt }) => expiresAt <= now);
    for (const { id } of ended) await this.ender.end(tx, id, 'platform');
    if (all.length - ended.length < MOST) return;
    throw organizationTokenErrors.TooManyOrganizationTokens(`There are ${MOST} tokens: revoke one first.`);
  }
}
