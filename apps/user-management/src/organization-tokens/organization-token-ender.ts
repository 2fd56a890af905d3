import { type AccessVersion, Audit, type Caller, changedFrom } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { OrganizationTokensRepository } from './organization-tokens.repository.js';

/** Ends API tokens of organizations, with their role and the access tokens that they were exchanged for. */
@Injectable()
export class OrganizationTokenEnder {
  constructor(
    @Inject(OrganizationTokensRepository) private readonly tokens: OrganizationTokensRepository,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** Undefined when there is no such token any more. */
  async end(tx: Tx, id: string, by: Caller | 'platform'): Promise<AccessVersion | undefined> {
    const token = await this.tokens.find(tx, id);
    if (!token) return undefined;
    const { organizationId, scopes, expiresAt } = token;
    await this.memberships.lock(tx, organizationId);
    let version: AccessVersion | undefined;
    for (const { membershipId, role, scope } of await this.tokens.delete(tx, id))
      version = await this.changes.revoked(tx, by, membershipId, { organizationId, subjectId: id, scope, role });
    if (!version) return undefined;
    await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId: id } });
    const target = { kind: 'organization-token', id };
    const change = changedFrom({ role: token.role, scope: token.scope, scopes, expiresAt }, {});
    await this.audit.record(tx, { by, action: 'organization-tokens:delete', target, organizationId, change });
    return version;
  }
}
